"""Attention over one flat row of documents that lie end to end: each attends within itself, nothing is padded.

Registered with transformers' AttentionInterface under `NAME`. The documents' borders arrive as the keyword
`document_offsets` of `model(...)`, never as global state, so that gradient checkpointing sees the same ones again.
A keyword that this function does not implement (softcap, s_aux, position_bias, ...) is refused: to ignore it would give
wrong attention in silence.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface
from transformers.masking_utils import AttentionMaskInterface

from acclimate.core.errors import AcclimateError

NAME = "acclimate_flat"

# Told to every attention function; they change nothing here (no cache is used, positions are applied before).
_HARMLESS = {
    "position_ids",
    "use_cache",
    "encoder_hidden_states",
    "deterministic",
    "cache_position",
    "output_attentions",
    "output_router_logits",
}

calls = Counter[str]()
"""How often the function ran since the process started; the probe (ways.py) reads differences of it."""


class UnsupportedAttention(AcclimateError):
    """The model hands attention something that flat rows do not implement."""


def flat_attention(
    module: nn.Module,
    query_BHTD: Tensor,
    key_BHTD: Tensor,
    value_BHTD: Tensor,
    attention_mask: Tensor | None,
    scaling: float | None = None,
    dropout: float = 0.0,
    **keywords: Any,
) -> tuple[Tensor, None]:
    """Attend within each document of a flat row.

    Takes: query [1, heads, T, head size]; key and value [1, key heads, T, head size]; `document_offsets` among the
    keywords: N + 1 ascending ints from 0 to T; `sliding_window`: tokens seen back, itself included (causal: 0 <= d < w;
    bidirectional: |d| < w), or None. Gives: [1, T, heads, head size], and None in place of the weights.
    Raises: UnsupportedAttention for a keyword that is not implemented here.
    """
    calls[NAME] += 1
    offsets = keywords.pop("document_offsets", None)
    window = keywords.pop("sliding_window", None)
    causal = bool(keywords.pop("is_causal", None) or getattr(module, "is_causal", False))
    unknown = [key for key, value in keywords.items() if key not in _HARMLESS and value is not None]
    if unknown or attention_mask is not None or offsets is None:
        raise UnsupportedAttention(f"{type(module).__name__} hands over {unknown or 'a mask or no offsets'}")
    pieces = []
    for start, end in pairwise(offsets):
        masked = window is not None and end - start > window
        pieces.append(
            scaled_dot_product_attention(
                query_BHTD[:, :, start:end],
                key_BHTD[:, :, start:end],
                value_BHTD[:, :, start:end],
                attn_mask=_window_mask(end - start, window, causal, query_BHTD.device) if masked else None,
                dropout_p=dropout if module.training else 0.0,
                is_causal=causal and not masked,
                scale=scaling,
                enable_gqa=key_BHTD.shape[1] != query_BHTD.shape[1],
            )
        )
    return torch.cat(pieces, dim=2).transpose(1, 2).contiguous(), None


def _window_mask(length: int, window: int, causal: bool, device: torch.device) -> Tensor:
    place = torch.arange(length, device=device)
    distance = place[:, None] - place[None, :]
    return (distance >= 0) & (distance < window) if causal else distance.abs() < window


def _no_mask(*_: Any, **__: Any) -> None:
    """Make no mask: the documents' borders say it all."""


def plain(model: Any) -> str:
    """Give the attention that transformers itself would take."""
    return "sdpa" if getattr(model, "_supports_sdpa", False) else "eager"


def name(model: Any) -> None:
    """Remember that the user named this model's attention: it is kept, and only ways that leave it as it is are tried."""
    model.acclimate_named_attention = True


def is_named(model: Any) -> bool:
    """Say whether it was."""
    return bool(getattr(model, "acclimate_named_attention", False))


def register() -> None:
    """Make `NAME` known to transformers (again is harmless)."""
    AttentionInterface.register(NAME, flat_attention)
    AttentionMaskInterface.register(NAME, _no_mask)
