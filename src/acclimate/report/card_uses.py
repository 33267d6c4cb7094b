"""What a trained model is for, by its objective: the Hub's name of it, and the code that a model card shows."""

from __future__ import annotations

from dataclasses import dataclass

from acclimate.core.proof import Proof
from acclimate.report.settings import settings_of

PLACE = "path/to/this/folder"


@dataclass(frozen=True)
class Use:
    """`tag` as the Hub's `pipeline_tag`; `does` goes on from "A model that"; `code` asks `model` something, `note` follows it."""

    tag: str
    does: str
    code: str
    note: str = ""
    task: bool = False


def use_of(proof: Proof) -> Use | None:
    """Give what the model is for; None for a kind that nothing is known of."""
    objective = str(settings_of(proof).objective.get("name", ""))
    return _OF_TASKS.get(objective) or _OF_KINDS.get(proof.model.kind)


def _plain(auto_class: str, task: str, ask: str) -> str:
    return (
        f"from transformers import {auto_class}, AutoTokenizer, pipeline\n\n"
        f'tokenizer = AutoTokenizer.from_pretrained("{PLACE}")\n'
        f'model = {auto_class}.from_pretrained("{PLACE}")\n\n'
        f'{ask.partition("(")[0]} = pipeline("{task}", model=model, tokenizer=tokenizer)\n'
        f"{ask}"
    )


def _ours(ask: str) -> str:
    return f'import acclimate\n\nwith acclimate.load("{PLACE}") as model:\n    print(model.{ask})'


def _in_plain(task: str, added: str) -> str:
    return f'Plain transformers loads it as well: `pipeline("{task}", "{PLACE}")`. {added}'


_OF_KINDS = {
    "encoder": Use("fill-mask", "fills hidden words in, and gives representations of text",
                   _plain("AutoModelForMaskedLM", "fill-mask", 'fill(f"The answer is {fill.tokenizer.mask_token}.")')),
    "decoder": Use("text-generation", "goes on with a text, a piece at a time",
                   _plain("AutoModelForCausalLM", "text-generation", 'write("The", max_new_tokens=40)')),
}  # fmt: skip
_OF_TASKS = {
    "classify": Use("text-classification", "says which label a text has", _ours('predict(["A text of the domain."])'),
        _in_plain("text-classification", "It gives the probabilities; thresholds that were chosen on validation, abstention, and windows "
                  "of long texts (`acclimate` in config.json) it does not know."), task=True),
    "tag": Use("token-classification", "finds entities in a text", _ours('predict(["A text of the domain."])'),
        _in_plain("token-classification", "Of a text longer than a window it reads the first window alone."), task=True),
    "extract": Use("question-answering", "finds the answer to a question in a text, or says that there is none",
        _ours('predict([{"question": "What helped?", "context": "A text of the domain."}])'), task=True),
    "sft": Use("text-generation", "answers, in the form that its chat template writes",
        _plain("AutoModelForCausalLM", "text-generation",
               'answer([{"role": "user", "content": "A question of the domain?"}], max_new_tokens=200)'), task=True),
}  # fmt: skip
