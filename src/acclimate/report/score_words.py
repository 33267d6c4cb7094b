"""What scores are called in a report, and what each says, in a line."""

from __future__ import annotations

EXPLAINED = {
    "bits_per_byte": (
        "Bits per byte",
        "How surprised the model is by text it has not seen; 0 would be knowing it all.",
    ),
    "bits_per_byte_all": ("Bits per byte of all", "The same, the tags and names of fields counted too."),
    "masked_accuracy": (
        "Exactly restored",
        "How many of the hidden words (in records: values) the model fills in exactly.",
    ),
    "masked_accuracy_repeated": ("Restored, repeated", "The same, of values that stand elsewhere in their record too."),
    "masked_accuracy_new": ("Restored, new", "The same, of values that stand nowhere else in their record."),
    "forgetting": (
        "Forgetting",
        "How many more bits per byte general text costs than before (of minimal pairs: how much accuracy is lost).",
    ),
    "minimal_pairs": ("Minimal pairs", "How often the good one of two sentences is found the more probable."),
    "pseudo_perplexity": ("Pseudo-perplexity", "Among how many equally likely words the model hesitates at each word."),
    "term_bits": ("Bits per term", "How surprised the model is by a term of the domain where it stands."),
    "term_top1": ("Ranked first", "How many terms the model finds more probable than other terms of their kind."),
    "term_mrr": ("Mean reciprocal rank", "The mean of 1/rank of a term among terms of its kind; 1 is always first."),
    "perplexity": ("Perplexity", "Among how many equally likely pieces the model hesitates at each next piece."),
    "rouge1": ("ROUGE-1", "Which words an answer shares with the right one: F1 of precision and recall."),
    "rouge1_precision": ("ROUGE-1, precision", "How much of what is said stands in the right answer."),
    "rouge1_recall": ("ROUGE-1, recall", "How much of the right answer is said."),
    "rouge2": ("ROUGE-2", "The same as ROUGE-1, of pairs of neighbouring words."),
    "rouge2_precision": ("ROUGE-2, precision", "How many pairs that are said stand in the right answer."),
    "rouge2_recall": ("ROUGE-2, recall", "How many pairs of the right answer are said."),
    "rougeL": ("ROUGE-L", "The same as ROUGE-1, of words that come in the same order."),
    "rougeL_precision": ("ROUGE-L, precision", "How much of what is said stands in the right answer, in its order."),
    "rougeL_recall": ("ROUGE-L, recall", "How much of the right answer is said, in its order."),
    "bleu": ("BLEU", "How many runs of one to four words of the answers stand in the right ones."),
    "chrf": ("chrF", "How many runs of one to six characters answers and right ones share."),
    "exact_match": ("Exactly right", "How many answers are a right one, but for case, marks and articles."),
    "exact_match_answerable": ("Exactly right, answerable", "The same, of questions that have an answer."),
    "exact_match_unanswerable": ("Rightly silent", "Of questions without an answer: how often nothing is said."),
    "token_f1": ("Token F1", "Which words a short answer shares with the right one."),
    "token_f1_answerable": ("Token F1, answerable", "The same, of questions that have an answer."),
    "token_f1_unanswerable": ("Token F1, unanswerable", "Of questions without an answer: how often nothing is said."),
    "answer_length": ("Length of answers", "Longer or shorter is neither good nor bad; read the other scores with it."),
    "answers_cut": ("Answers cut", "How many answers were still going on when they had to stop."),
    "glossary_recall": ("Glossary, said", "How many of the glossary's terms in the right answers are said."),
    "glossary_precision": (
        "Glossary, right",
        "How many of the glossary's terms that are said stand in the right answers.",
    ),
    "coverage": ("Answered", "How many texts the model is sure enough of to answer (evaluate.abstain_below)."),
    "accuracy_answered": ("Accuracy, answered", "How many of the answered texts get the right label."),
    "semantic_similarity": (
        "Similar in meaning",
        "How near answers and right ones lie for a third model; 1 is the same.",
    ),
}
"""Scores by name: how people call them, and what they say. Others are called by their name."""
NO_GOOD_SIDE = {"answer_length", "coverage"}
"""Scores of which neither more nor less is better, whatever their `better` has to say."""
