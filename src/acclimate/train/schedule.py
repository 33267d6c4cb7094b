"""The learning rate as a function of the update's number."""

from __future__ import annotations

import math


def rate(kind: str, update: int, updates: int, warmup: int) -> float:
    """Give the factor on the peak learning rate for an update (from 0): transformers' schedules, without their state.

    Warm-up rises linearly, u / warmup. After it, with x = (u - warmup) / (updates - warmup): linear 1 - x, cosine
    (1 + cos(pi x)) / 2, constant 1.
    """
    if update < warmup:
        return update / max(1, warmup)
    if kind == "constant":
        return 1.0
    progress = (update - warmup) / max(1, updates - warmup)
    return max(0.0, 0.5 * (1.0 + math.cos(math.pi * progress)) if kind == "cosine" else 1.0 - progress)
