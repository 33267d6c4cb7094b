"""Updates that would do harm: a loss far above what it was lately (off by default)."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

KEPT = 50
"""Losses that are looked back on."""
_FEWEST = 10
"""Before there are as many, nothing is a spike."""


def is_spike(loss: float, recent: Sequence[float], factor: float | None) -> bool:
    """Say whether a loss is above `factor` times the median of the recent ones (None: never).

    Source: leaving out the batches around a spike, Chowdhery et al. 2022 (arXiv 2204.02311), section 5.1.
    """
    return factor is not None and len(recent) >= _FEWEST and loss > factor * median(recent)
