"""`batch_tokens: auto`: the longest row that memory has room for."""

from __future__ import annotations

from typing import Any

from acclimate.compat.hardware import has_bf16
from acclimate.compat.memory_limits import room
from acclimate.train.memory import predict
from acclimate.train.section import Train
from acclimate.train.shape import Load, shape_of, weights_of

_SHARE = 0.6
"""Of all the memory there is, not of what is free just now: the same machine chooses the same number again."""
_LONGEST_CPU, _LONGEST_GPU = 4096, 65_536
"""Longer rows are no faster there."""
_LEAST = 512


def row_tokens(model: Any, settings: Train, longest: int, *, causal: bool) -> int:
    """Give the largest power of two whose row is foreseen to fit into 60 % of all memory (at least 512 tokens).

    Takes: the model as its adapter wrapped it; `longest`, tokens of the longest document; whether every token is learnt.
    """
    there = room()
    weights, shape = weights_of(model, settings.optim.moment_bytes), shape_of(model, gpu=there.gpu)
    bf16 = has_bf16() if settings.bf16 is None else settings.bf16
    tokens = _LONGEST_GPU if there.gpu else _LONGEST_CPU
    while tokens > _LEAST:
        load = Load(tokens, tokens * min(longest, tokens), tokens if causal else tokens // 4)
        memory = predict(weights, shape, load, bf16=bf16, gradient_checkpointing=settings.gradient_checkpointing)
        if memory.total <= _SHARE * there.total:
            break
        tokens //= 2
    return tokens
