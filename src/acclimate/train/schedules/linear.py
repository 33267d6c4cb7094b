"""Linear decay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from acclimate.core.method import Method, option


class Linear(Method):
    """Lower the rate evenly: 1 - (1 - min_lr_ratio) x, with x the share of updates that are done.

    Takes: the number of an update and how many there are, both counted after the warm-up.

    Gives: the factor on the peak learning rate.

    Options: what is left at the end (`min_lr_ratio`).

    When to use: by default. `cosine` stays high for longer; with `warmup_stable_decay` the end need not be known at
    the start.

    Source: transformers' get_linear_schedule_with_warmup.

    Raises: nothing.
    """

    validates: ClassVar[bool] = False

    min_lr_ratio: float = option(0.0, "share of the peak that is left at the end", unit="share", ge=0, le=1)

    def rate(self, update: int, updates: int, losses: Sequence[float]) -> float:
        left = max(0.0, 1.0 - update / max(1, updates))
        return self.min_lr_ratio + (1.0 - self.min_lr_ratio) * left
