"""The learning rate as a function of the update's number."""

from __future__ import annotations

from collections.abc import Sequence

from acclimate.core.protocols import Schedule


def rate(schedule: Schedule, update: int, updates: int, warmup: int, losses: Sequence[float] = ()) -> float:
    """Give the factor on the peak learning rate for an update (from 0) of `updates`.

    Warm-up rises linearly, u / warmup, as in transformers; after it the schedule decides. Takes: `losses` of validation
    so far.
    """
    if update < warmup:
        return update / max(1, warmup)
    return schedule.rate(update - warmup, updates - warmup, losses)
