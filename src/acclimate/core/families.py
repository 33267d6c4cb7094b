"""Every method of acclimate: family -> name in a recipe -> "module:Class". Adding a method adds one line here.

Third parties register the same text as an entry point in the group `acclimate.FAMILY`.
"""

from __future__ import annotations

FAMILIES: dict[str, dict[str, str]] = {
    "sources": {
        "csv": "acclimate.sources.csv:Csv",
        "jsonl": "acclimate.sources.jsonl:Jsonl",
        "json": "acclimate.sources.json:Json",
        "parquet": "acclimate.sources.parquet:Parquet",
        "text": "acclimate.sources.text:Text",
        "documents": "acclimate.sources.documents:Documents",
        "conll": "acclimate.sources.conll:Conll",
        "hub": "acclimate.sources.hub:Hub",
        "sample": "acclimate.sources.sample:Sample",
    },
    "prepare": {
        "sql": "acclimate.prepare.sql:Sql",
        "tagged": "acclimate.prepare.tagged:Tagged",
        "clean": "acclimate.prepare.clean:Clean",
        "deduplicate": "acclimate.prepare.deduplicate:Deduplicate",
        "quality": "acclimate.prepare.quality:Quality",
        "split": "acclimate.prepare.split:Split",
        "replay": "acclimate.prepare.replay:Replay",
        "sample": "acclimate.prepare.sample:Sample",
        "pseudonymise": "acclimate.prepare.pseudonymise:Pseudonymise",
    },
    "batch": {
        "padding_free": "acclimate.tokens.padding_free:PaddingFree",
        "pad": "acclimate.tokens.pad:Pad",
        "concat": "acclimate.tokens.concat:Concat",
    },
    "masking": {
        "word": "acclimate.masking.word:Word",
        "token": "acclimate.masking.token:Token",
        "span": "acclimate.masking.span:Span",
        "white_space": "acclimate.masking.white_space:WhiteSpace",
        "token_sep": "acclimate.masking.token_sep:TokenSep",
    },
    "objective": {
        "mlm": "acclimate.objective.mlm:Mlm",
        "clm": "acclimate.objective.clm:Clm",
        "classify": "acclimate.objective.classify:Classify",
    },
    "form": {
        "messages": "acclimate.objective.forms.messages:Messages",
        "conversations": "acclimate.objective.forms.conversations:Conversations",
        "prompt_completion": "acclimate.objective.forms.prompt_completion:PromptCompletion",
        "instruction": "acclimate.objective.forms.instruction:Instruction",
        "question_context_answer": "acclimate.objective.forms.question_context_answer:QuestionContextAnswer",
        "question_answer": "acclimate.objective.forms.question_answer:QuestionAnswer",
    },
    "adapter": {
        "full": "acclimate.adapter.full:Full",
        "freeze": "acclimate.adapter.freeze:Freeze",
        "lora": "acclimate.adapter.lora:Lora",
        "adalora": "acclimate.adapter.adalora:Adalora",
    },
    "optim": {
        "adamw": "acclimate.train.optimizers.adamw:AdamW",
        "adamw_8bit": "acclimate.train.optimizers.adamw_8bit:AdamW8bit",
        "adafactor": "acclimate.train.optimizers.adafactor:Adafactor",
        "lion": "acclimate.train.optimizers.lion:Lion",
    },
    "lr_scheduler_type": {
        "linear": "acclimate.train.schedules.linear:Linear",
        "cosine": "acclimate.train.schedules.cosine:Cosine",
        "constant": "acclimate.train.schedules.constant:Constant",
        "warmup_stable_decay": "acclimate.train.schedules.warmup_stable_decay:WarmupStableDecay",
        "reduce_lr_on_plateau": "acclimate.train.schedules.reduce_lr_on_plateau:ReduceLrOnPlateau",
    },
    "metric": {
        "rouge1": "acclimate.evaluate.metrics.rouge1:Rouge1",
        "rouge2": "acclimate.evaluate.metrics.rouge2:Rouge2",
        "rougeL": "acclimate.evaluate.metrics.rouge_l:RougeL",
        "bleu": "acclimate.evaluate.metrics.bleu:Bleu",
        "chrf": "acclimate.evaluate.metrics.chrf:Chrf",
        "exact_match": "acclimate.evaluate.metrics.exact_match:ExactMatch",
        "token_f1": "acclimate.evaluate.metrics.token_f1:TokenF1",
        "answer_length": "acclimate.evaluate.metrics.answer_length:AnswerLength",
        "glossary": "acclimate.evaluate.metrics.glossary:Glossary",
        "semantic_similarity": "acclimate.evaluate.metrics.semantic_similarity:SemanticSimilarity",
        "accuracy": "acclimate.evaluate.metrics.accuracy:Accuracy",
    },
    "floor": {
        "sample:hospital": "acclimate.samples.hospital.posterior:HospitalFloor",
    },
}
