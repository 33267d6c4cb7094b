"""How a trained model's task is known from its folder alone: what its config keeps, and what transformers calls it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from acclimate.core.errors import Fault, UserError
from acclimate.core.language_model import TAKES, TASK
from acclimate.core.recipe import validate
from acclimate.pipeline.recipe import Phase

_HEADS = {"ForSequenceClassification": "classify", "ForTokenClassification": "tag", "ForQuestionAnswering": "extract"}
_TOKENS = ("max_length", "stride", "additional_special_tokens")
_SOURCE = {"name": "jsonl", "path": "-"}


def kept(phase: Phase, takes: int, in_text: Sequence[str], read: Mapping[str, str], *, pairs: bool) -> dict[str, Any]:
    """Give what a trained model's config keeps of its phase.

    Takes: `takes`, the longest sequence the model takes, in tokens; `in_text`, special tokens that are meant in a text;
    `read`, the columns that were read, by their options; `pairs`, whether it was trained on pairs of texts.
    """
    return {"objective": phase.model_dump(mode="json")["objective"], "max_length": window(phase, takes),
            "stride": phase.tokens.stride, "additional_special_tokens": list(in_text), "columns": dict(read),
            "pairs": pairs, TAKES: takes}  # fmt: skip


def window(phase: Phase, takes: int) -> int:
    """Give the longest window that a phase was trained on and measured by, in tokens."""
    return min(phase.tokens.max_length or takes, takes)


def phase_of(config: Any, name: str) -> Phase:
    """Give the phase that a model answers by: as its config keeps it, or by its architecture and labels.

    Raises: UserError for a model without a task's head.
    """
    data: dict[str, Any] = {"sources": {"train": {"rows": _SOURCE}}}
    if learnt_a_task(config):
        own = getattr(config, TASK)
        tokens = {key: own[key] for key in _TOKENS if own.get(key) is not None}
        return validate(Phase, {**data, "objective": own["objective"], "tokens": tokens})
    classes = getattr(config, "architectures", None) or [""]
    head = next((head for ending, head in _HEADS.items() if classes[0].endswith(ending)), None)
    if head is None:
        raise UserError(
            Fault("predict", f"{name} is {classes[0] or 'a model'} and answers no task", ", ".join(_HEADS),
                  "train one (objective: classify, tag or extract); acclimate generate wants a causal model")
        )  # fmt: skip
    labels = [config.id2label[number] for number in sorted(config.id2label)]
    options: dict[str, Any] = {"name": head}
    if head == "classify":
        kinds = {"multi_label_classification": "several", "regression": "score"}
        options |= {"labels": labels, "kind": kinds.get(config.problem_type or "", "one")}
    elif head == "tag":
        options["labels"] = labels
    return validate(Phase, {**data, "objective": options})


def learnt_a_task(config: Any) -> bool:
    """Say whether a config keeps what its model was trained by."""
    own = getattr(config, TASK, None)
    return isinstance(own, dict) and "objective" in own


def is_causal(config: Any) -> bool:
    """Say whether a model writes: its architecture is one of transformers' causal ones."""
    from acclimate.compat.transformers.heads import is_causal_class

    return any(is_causal_class(name) for name in getattr(config, "architectures", None) or ())
