"""What acclimate needs to know of PEFT's insides."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from acclimate.compat.transformers.resize import own_head


def default_targets(model: Any) -> list[str] | None:
    """Give PEFT's default LoRA targets for the model's architecture, or None where it has none."""
    from peft.utils.constants import TRANSFORMERS_MODELS_TO_LORA_TARGET_MODULES_MAPPING as TARGETS

    found = TARGETS.get(model.config.model_type)
    return None if found is None else [found] if isinstance(found, str) else list(found)


def vocabulary_targets(model: Any, targets: Sequence[str]) -> list[str]:
    """Give those of `targets` that stand for the embedding or for the head's matrix with a row for each token."""
    size = model.get_input_embeddings().weight.shape[0]
    parts = [part for part in (model.get_input_embeddings(), model.get_output_embeddings()) if part is not None]
    named = {name for name, module in model.named_modules() if any(module is part for part in parts)
             and module.weight.shape[0] == size}  # fmt: skip
    return [target for target in targets if any(f".{name}".endswith(f".{target}") for name in named)]


def new_row_indices(model: Any, new_rows: Sequence[int]) -> dict[str, list[int]] | None:
    """Name the new rows in the embedding and, where it is not tied, in the head (the list form reloads wrong there)."""
    if not new_rows:
        return None
    embedding, head = model.get_input_embeddings(), own_head(model)
    names = {id(module): name for name, module in model.named_modules()}
    rows = {names[id(embedding)].rsplit(".", 1)[-1]: list(new_rows)}
    if head is not None:
        rows[names[id(head)].rsplit(".", 1)[-1]] = list(new_rows)
    return rows


def wrapped(model: Any, config: Any) -> Any:
    """Give PEFT's wrapper of a model (PEFT 0.21 still asks transformers for a name that it has deprecated).

    That GPT-2's matrices are stored transposed it finds out itself, and says so in a warning.
    """
    from peft import get_peft_model

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)
        warnings.filterwarnings("ignore", "fan_in_fan_out is set to False", UserWarning)
        return get_peft_model(model, config)


def merged(model: Any) -> Any:
    """Give the plain model with the adapter's weights merged in.

    PEFT takes the dense layer of DeBERTa's head for an output embedding, and writes into the config that it is not tied.
    """
    config = model.get_base_model().config
    tied = config.tie_word_embeddings
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Input and output embeddings are no longer tied", UserWarning)
        plain = model.merge_and_unload()
    if own_head(plain) is None:
        config.tie_word_embeddings = tied
    return plain
