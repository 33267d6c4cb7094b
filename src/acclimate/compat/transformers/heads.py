"""Heads: which class of transformers has which, whether an architecture has it, and the labels that it answers with."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from acclimate.core.errors import Fault, UserError
from acclimate.core.labels import Labels

_WHERE = "model"
TASK_HEADS = ("classify", "tag", "extract")
_CLASSES = {
    "masked": "AutoModelForMaskedLM",
    "causal": "AutoModelForCausalLM",
    "classify": "AutoModelForSequenceClassification",
    "tag": "AutoModelForTokenClassification",
    "extract": "AutoModelForQuestionAnswering",
}
_MAPPINGS = {
    "masked": "MODEL_FOR_MASKED_LM_MAPPING_NAMES",
    "causal": "MODEL_FOR_CAUSAL_LM_MAPPING_NAMES",
    "classify": "MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES",
    "tag": "MODEL_FOR_TOKEN_CLASSIFICATION_MAPPING_NAMES",
    "extract": "MODEL_FOR_QUESTION_ANSWERING_MAPPING_NAMES",
}
# Parts of a body that a language model has no use for and so may not have kept: they are drawn anew, like a head.
_OFTEN_LEFT_OUT = (".pooler.",)


def auto_class(head: str) -> Any:
    """Give transformers' auto class for a head: masked, causal, classify, tag, extract."""
    import transformers

    return getattr(transformers, _CLASSES[head])


def has_head(model_type: str, head: str) -> bool:
    """Say whether transformers has a class with this head for an architecture."""
    from transformers.models.auto import modeling_auto

    return model_type in getattr(modeling_auto, _MAPPINGS[head])


def is_causal_class(name: str) -> bool:
    """Say whether a class of transformers is a causal language model."""
    from transformers.models.auto import modeling_auto

    return name in modeling_auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES.values()


def need_head(config: Any, head: str) -> None:
    """Raise UserError unless the architecture has the head that the objective needs."""
    kind = config.model_type
    if config.is_encoder_decoder:
        raise UserError(
            Fault(_WHERE, f"{kind} is a sequence-to-sequence model", "an encoder (mlm) or a decoder (clm)",
                  "choose a model such as bert-base-cased (mlm) or a Llama or Qwen model (clm)")
        )  # fmt: skip
    if has_head(kind, head):
        return
    if head in TASK_HEADS:
        raise UserError(
            Fault(_WHERE, f"{kind} has no head for objective: {head}", f"an architecture with {_CLASSES[head]}",
                  "choose a model such as bert-base-cased or xlm-roberta-base")
        )  # fmt: skip
    other = next((name for name, one in (("clm", "causal"), ("mlm", "masked")) if has_head(kind, one)), "")
    do = f"use objective: {other}" if other else "use another model"
    raise UserError(Fault(_WHERE, f"{kind} has no {head} language model head", f"a {head} one", do))


def looks_back_only(config: Any, head: str) -> bool:
    """Say whether a token sees only those before it, under a head."""
    kind = config.model_type
    if head in ("masked", "causal"):
        return head == "causal"
    return has_head(kind, "causal") and not has_head(kind, "masked")


def with_labels(config: Any, labels: Labels | None, pad_id: int) -> Any:
    """Give a config whose head answers with `labels`; one that has them already (in another order, too) keeps its own.

    `pad_id` goes into configs without one: a decoder's classifier looks for the last token that is not padding.
    """
    if labels is None:
        return config
    config.id2label = labels.id2label
    config.label2id = {name: number for number, name in labels.id2label.items()}
    config.problem_type = labels.problem_type
    if config.pad_token_id is None:
        config.pad_token_id = pad_id
    return config


def is_body(model: Any, key: str) -> bool:
    """Say whether a weight belongs to what lies below the head and must be in the files."""
    return key.startswith(f"{model.base_model_prefix}.") and not any(part in key for part in _OFTEN_LEFT_OUT)


def head_modules(model: Any) -> list[str]:
    """Name the modules that a task's head consists of: what stands beside the body, and a pooler in it (which a language
    model has no use for, so that it is drawn anew with the head). Empty for a language model's head.
    """
    if model.get_output_embeddings() is not None:
        return []
    body = model.base_model
    beside = [name for name, part in model.named_children() if part is not body and list(part.parameters())]
    pooler = getattr(body, "pooler", None)
    return [*beside, *(["pooler"] if pooler is not None and list(pooler.parameters()) else [])]


def logits_of(output: Any) -> Tensor:
    """Give what a head says: [B, T, V] of tokens, [B, K] of whole documents, [B, T, 2] (start, end) of answers."""
    import torch

    if getattr(output, "logits", None) is not None:
        logits: Tensor = output.logits
        return logits
    return torch.stack([output.start_logits, output.end_logits], dim=-1)
