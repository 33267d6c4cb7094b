"""Attention over one flat row of documents that lie end to end: each attends within itself, nothing is padded.

Registered with transformers' AttentionInterface under `NAME`. The documents' borders arrive as the keyword
`document_offsets` of `model(...)`, never as global state, so that gradient checkpointing sees the same ones again.
A keyword that this function does not implement (softcap, s_aux, position_bias, ...) is refused: to ignore it would give
wrong attention in silence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface
from transformers.masking_utils import AttentionMaskInterface

from acclimate.core.errors import AcclimateError

NAME = "acclimate_flat"

_STEP = 16
"""Tokens: documents whose lengths round up to the same multiple of it are attended to in one call, filled up."""

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
    dropped = dropout if module.training else 0.0
    shared = {"dropout_p": dropped, "scale": scaling, "enable_gqa": key_BHTD.shape[1] != query_BHTD.shape[1]}
    longest = max(end - start for start, end in pairwise(offsets))
    if window is not None and longest > window:
        return _one_by_one((query_BHTD, key_BHTD, value_BHTD), offsets, window, causal, shared), None
    return _alike((query_BHTD, key_BHTD, value_BHTD), tuple(offsets), causal, shared), None


def _one_by_one(
    qkv: tuple[Tensor, Tensor, Tensor], offsets: Sequence[int], window: int, causal: bool, shared: dict[str, Any]
) -> Tensor:
    """Attend document by document, each within a window. Gives [1, T, heads, head size]."""
    pieces = []
    for start, end in pairwise(offsets):
        masked = end - start > window
        mask = _window_mask(end - start, window, causal, qkv[0].device) if masked else None
        q, k, v = (x[:, :, start:end] for x in qkv)
        pieces.append(scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=causal and not masked, **shared))
    return torch.cat(pieces, dim=2).transpose(1, 2).contiguous()


def _alike(
    qkv: tuple[Tensor, Tensor, Tensor], offsets: tuple[int, ...], causal: bool, shared: dict[str, Any]
) -> Tensor:
    """Attend in documents of like length at once: few calls, and of few shapes. Gives [1, T, heads, head size]."""
    rows = [x[0].transpose(0, 1) for x in qkv]
    found = []
    groups, back_T = _groups(offsets, qkv[0].device)
    for place_NL, inside_NL in groups:
        count, width = place_NL.shape
        q, k, v = (
            x.flatten(1).index_select(0, place_NL.flatten()).view(count, width, *x.shape[1:]).transpose(1, 2)
            for x in rows
        )
        mask = None if causal or inside_NL is None else inside_NL[:, None, None, :]
        out_NLHD = scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=causal, **shared).transpose(1, 2)
        found.append(out_NLHD.flatten(0, 1) if inside_NL is None else out_NLHD[inside_NL])
    return torch.cat(found).index_select(0, back_T)[None]


@lru_cache(maxsize=4)
@torch.inference_mode(False)  # what measuring has put here may be what training asks for next
def _groups(offsets: tuple[int, ...], device: torch.device) -> tuple[list[tuple[Tensor, Tensor | None]], Tensor]:
    """Give the places of documents whose lengths round up to the same multiple of `_STEP`, [N, L] each, which of them
    are inside their document (None: all), and where each token of the row ends up when these are laid end to end.
    """
    by_width: dict[int, list[tuple[int, int]]] = {}
    for start, end in pairwise(offsets):
        by_width.setdefault(-(-(end - start) // _STEP), []).append((start, end))
    groups, order = [], []
    for documents in by_width.values():
        width = max(end - start for start, end in documents)
        width = width if len(documents) == 1 else -(-width // _STEP) * _STEP
        start_N1, end_N1 = torch.tensor(documents).T[..., None]
        place_NL = start_N1 + torch.arange(width)
        inside_NL = place_NL < end_N1
        order.append(place_NL[inside_NL])
        filled = None if bool(inside_NL.all()) else inside_NL.to(device)
        groups.append((place_NL.clamp(max=offsets[-1] - 1).to(device), filled))
    return groups, torch.cat(order).argsort().to(device)


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
