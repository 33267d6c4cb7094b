"""A model -> a folder that plain transformers loads, with a proof that it does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from acclimate.core.errors import AcclimateError
from acclimate.core.language_model import LanguageModel


def save(lm: LanguageModel, model: Any, folder: Path) -> None:
    """Write `config.json`, `model.safetensors` and the tokenizer's files, load them again and compare (promise 13).

    Takes: `model`, the plain transformers model (merged). Raises: AcclimateError if what was saved gives other logits.
    """
    from acclimate.compat.transformers.attention import plain
    from acclimate.compat.transformers.quiet import quiet

    original = model.config._attn_implementation
    try:
        model.set_attn_implementation(plain(model))
        model.config.use_cache = True
        with quiet():
            model.save_pretrained(folder)
    finally:
        model.set_attn_implementation(original)
        model.config.use_cache = False
    lm.tokenizer.save_pretrained(folder)
    _prove(lm, model, folder)


def save_adapter(lm: LanguageModel, wrapped: Any, folder: Path) -> None:
    """Write PEFT's `adapter_config.json` and `adapter_model.safetensors` (new rows ride along), and the tokenizer."""
    for config in wrapped.peft_config.values():
        config.base_model_name_or_path = lm.name  # PEFT would write where the base lay on this machine
    wrapped.save_pretrained(folder, save_embedding_layers=False)  # else PEFT writes the whole matrix of a resized base
    (folder / "README.md").unlink(missing_ok=True)  # PEFT's empty template
    lm.tokenizer.save_pretrained(folder)


def _prove(lm: LanguageModel, model: Any, folder: Path) -> None:
    import torch

    from acclimate.compat.transformers.loading import pretrained, tokenizer_from

    again, _ = pretrained(str(folder), "main", "causal" if lm.causal else "masked")
    tokenizer = tokenizer_from(str(folder), "main")
    text = " ".join(["The patient 患者 3.5 mg", *(str(lm.tokenizer.convert_ids_to_tokens(row)) for row in lm.new_rows)])
    ids, ids_again = (one(text, return_tensors="pt")["input_ids"] for one in (lm.tokenizer, tokenizer))
    if not torch.equal(ids, ids_again):
        raise AcclimateError(f"{folder}: the saved tokenizer gives other ids")
    for (name, one), (_, other) in zip(model.state_dict().items(), again.state_dict().items(), strict=True):
        if not torch.equal(one.cpu(), other):
            raise AcclimateError(f"{folder}: the saved weight {name} differs")
