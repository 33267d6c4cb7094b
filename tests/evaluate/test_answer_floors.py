import math

from acclimate.evaluate.answer_floors import Likeness, by_words, never
from acclimate.evaluate.metrics.exact_match import ExactMatch
from acclimate.evaluate.metrics.token_f1 import TokenF1
from tests.evaluate.answers_made import answers, values

CONTEXTS = ["The drug was iron.", "The dose was low.", "The dose was low."]
LIKE = Likeness(CONTEXTS)
CONTEXT = "The dose was 5 mg. In May, the drug given was zinc sulphate!\nNobody wrote more about it."
QUESTION = "Which drug was given?"


def test_a_word_weighs_the_more_the_fewer_contexts_have_it() -> None:
    assert LIKE.weight("the") == math.log(3 / 3) + 1  # of two different contexts
    assert LIKE.weight("drug") == math.log(3 / 2) + 1
    assert LIKE.weight("zinc") == math.log(3 / 1) + 1


def test_the_sentence_that_shares_most_with_the_question_is_said() -> None:
    assert LIKE.sentence(QUESTION, CONTEXT) == "In May, the drug given was zinc sulphate!"
    assert LIKE.sentence("What was the dose of it?", CONTEXT) == "The dose was 5 mg."
    assert LIKE.sentence("Whatever?", CONTEXT) == "The dose was 5 mg.", "of equals the first"
    assert LIKE.sentence("was was was iron", "It was so. Iron helps.") == "Iron helps.", "each word counts once"
    assert LIKE.sentence("用什么药？", "他来了。药是铁剂。他走了。") == "药是铁剂。"
    assert LIKE.sentence(QUESTION, "  ") == ""


def test_the_rest_is_the_weightiest_stretch_between_the_questions_words() -> None:
    # In May, the | drug given was | zinc sulphate: 2 (1 + ln 3) + 1 against 2 (1 + ln 3), so that the first is said.
    assert LIKE.rest(QUESTION, CONTEXT) == "In May, the"
    assert LIKE.rest("In which month was the drug given?", CONTEXT) == "zinc sulphate"
    assert LIKE.rest("the drug was iron", "The drug was iron.") == "The drug was iron.", "there is nothing else"
    assert LIKE.rest("Who's there?", "Who's it? It isn't the dose.") == "it"


def test_answers_are_scored_as_a_models() -> None:
    asked = answers([(["zinc sulphate"], ""), ([], "")])
    found = by_words(CONTEXTS, ["In which month was the drug given?", "Why?"], [CONTEXT, "Low dose."], asked)
    sentence, rest = found.values()
    assert rest.said == ("zinc sulphate", "Low dose")
    assert values(ExactMatch(), rest)["exact_match"] == 0.5
    # "in may the drug given was zinc sulphate" without "the": 2 of 7 words, 2 of the right answer's 2
    assert values(TokenF1(), sentence)["token_f1_answerable"] == 2 * 2 / (7 + 2)
    assert values(ExactMatch(), never(asked)) == {
        "exact_match": 0.5, "exact_match_answerable": 0.0, "exact_match_unanswerable": 1.0,
    }  # fmt: skip
