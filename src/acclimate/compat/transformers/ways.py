"""Which way a model can see documents without padding and without leaks, found by trying (FACTS: a leak test alone passes
on wrong positions and windows, so each way is compared with every document run alone).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from acclimate.compat.transformers import attention

_TOLERANCE = 1e-5
# Disentangled attention is quadratic in the row (flat rows are 1.2 to 4 times slower); ALiBi is tied to the row's start.
_ALWAYS_PADDED = {"deberta", "deberta-v2", "bloom"}


@dataclass(frozen=True)
class Way:
    """How documents reach a model. `flat`: one row without padding; `implementation`: transformers' attention to set
    (None: the model's own); `first_position`: of each document; `block_mask`: a float mask [1, 1, T, T] is given.
    """

    name: str
    flat: bool
    implementation: str | None = None
    first_position: int | None = None
    block_mask: bool = False
    offsets: bool = False

    def keywords(self, offsets: list[int], device: torch.device) -> dict[str, Any]:
        """Give what `model(...)` needs beside the ids of a flat row."""
        given: dict[str, Any] = {}
        if self.first_position is not None:
            lengths = [end - start for start, end in pairwise(offsets)]
            first = self.first_position
            places = [torch.arange(first, first + length, device=device) for length in lengths]
            given["position_ids"] = torch.cat(places)[None]
        if self.offsets:
            given["document_offsets"] = tuple(offsets)
        if self.block_mask:
            given["attention_mask"] = _block_mask(offsets, device)
        return given


PADDED = Way("length-sorted padding", flat=False)


def choose(model: nn.Module, *, causal: bool) -> tuple[Way, str]:
    """Give the first way that is exact for this model, set up in it, and a sentence that says which and why.

    Takes: a transformers model in float32, not yet wrapped by an adapter; whether it is causal.
    """
    config = _text_config(model)
    if config._attn_implementation == attention.NAME:  # a way was chosen for this model before
        _set(model, attention.plain(model))
    original = config._attn_implementation
    was_training = model.training
    model.eval()
    tried = []
    try:
        if config.model_type in _ALWAYS_PADDED:
            return PADDED, f"{config.model_type}: documents are padded (flat rows do not pay or are not exact here)"
        documents = _probe_documents(config)
        alone = [_run(model, document[None], {}) for document in documents]
        for way in _candidates(config, causal):
            difference = _difference(model, way, documents, alone)
            if difference is not None and difference <= _TOLERANCE:
                return (
                    way,
                    f"documents lie end to end without padding ({way.name}; differs by {difference:.0e} from each alone)",
                )
            tried.append(f"{way.name}: {'not possible' if difference is None else f'{difference:.0e} off'}")
            _set(model, original)
        return PADDED, f"documents are padded: no flat way is exact ({'; '.join(tried)})"
    finally:
        model.train(was_training)


def _text_config(model: Any) -> Any:
    """Give the config of the part that reads text, where a model has several."""
    return model.config.get_text_config()


def _candidates(config: Any, causal: bool) -> list[Way]:
    pad = config.pad_token_id or 0
    ways = [
        Way("by document", True, attention.NAME, 0, offsets=True),
        Way("by document, positions from pad + 1", True, attention.NAME, pad + 1, offsets=True),
    ]
    if causal:
        ways.append(Way("transformers' packing", True, None, 0))
    if getattr(config, "sliding_window", None) is None and getattr(config, "local_attention", None) is None:
        ways.append(Way("block mask", True, None, 0, block_mask=True))
    return ways


def _probe_documents(config: Any) -> list[Tensor]:
    """Give documents of 1 token, of some, and one longer than the window (or as long as the model allows)."""
    window = getattr(config, "sliding_window", None) or getattr(config, "local_attention", None) or 24
    longest = getattr(config, "max_position_embeddings", None) or 512
    lengths = [
        min(window + 6, max(longest - 4, 2), 1024),
        1,
        min(25, max(longest - 4, 2)),
        min(20, max(longest - 4, 2)),
    ]
    special = {config.pad_token_id, config.bos_token_id, config.eos_token_id}
    ids = torch.tensor([number for number in range(2, min(config.vocab_size, 5000)) if number not in special])
    generator = torch.Generator().manual_seed(0)
    return [ids[torch.randint(len(ids), (length,), generator=generator)] for length in lengths]


def _difference(model: nn.Module, way: Way, documents: list[Tensor], alone: list[Tensor]) -> float | None:
    """Give the largest relative difference between a flat row and its documents alone; None if the way can't run."""
    offsets = [0]
    for document in documents:
        offsets.append(offsets[-1] + len(document))
    before = attention.calls[attention.NAME]
    try:
        _set(model, way.implementation)
        flat = _run(model, torch.cat(documents)[None], way.keywords(offsets, torch.device("cpu")))
    except (attention.UnsupportedAttention, RuntimeError, ValueError, TypeError, IndexError, KeyError, AttributeError):
        return None
    layers = getattr(_text_config(model), "num_hidden_layers", None)
    if way.offsets and layers is not None and attention.calls[attention.NAME] - before != layers:
        return None
    worst = 0.0
    for start, own in zip(offsets, alone, strict=False):
        there = flat[:, start : start + own.shape[1]]
        worst = max(worst, float((there - own).abs().max() / own.abs().max().clamp_min(1e-12)))
    return worst


def _set(model: Any, implementation: str | None) -> None:
    if implementation is not None:
        attention.register()
        model.set_attn_implementation(implementation)


@torch.no_grad()
def _run(model: nn.Module, ids_BT: Tensor, keywords: dict[str, Any]) -> Tensor:
    device = next(model.parameters()).device
    moved = {key: value.to(device) if isinstance(value, Tensor) else value for key, value in keywords.items()}
    logits: Tensor = model(input_ids=ids_BT.to(device), **moved).logits
    return logits.float().cpu()


def _block_mask(offsets: list[int], device: torch.device) -> Tensor:
    """Give 0 where query and key are of one document, else the lowest float (a boolean mask would be added by eager)."""
    length = offsets[-1]
    document = torch.zeros(length, dtype=torch.long, device=device)
    document[torch.tensor(offsets[1:-1], dtype=torch.long, device=device)] = 1
    document = document.cumsum(0)
    same = document[:, None] == document[None, :]
    return torch.zeros(1, 1, length, length, device=device).masked_fill(~same, torch.finfo(torch.float32).min)
