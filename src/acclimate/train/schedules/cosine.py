"""Cosine decay."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

from acclimate.core.method import Method, option


class Cosine(Method):
    """Lower the rate along half a cosine: (1 + cos(pi x)) / 2 between 1 and min_lr_ratio, x the share of updates done.

    Takes: the number of an update and how many there are, both counted after the warm-up.

    Gives: the factor on the peak learning rate.

    Options: what is left at the end (`min_lr_ratio`; 0.1 is usual where pretraining goes on).

    When to use: longer runs whose end is known. See `linear` and `warmup_stable_decay`.

    Source: Loshchilov and Hutter 2017 (arXiv 1608.03983), without restarts; transformers' get_cosine_schedule_with_warmup.

    Raises: nothing.
    """

    validates: ClassVar[bool] = False

    min_lr_ratio: float = option(0.0, "share of the peak that is left at the end", unit="share", ge=0, le=1)

    def rate(self, update: int, updates: int, losses: Sequence[float]) -> float:
        left = 0.5 * (1.0 + math.cos(math.pi * min(1.0, update / max(1, updates))))
        return self.min_lr_ratio + (1.0 - self.min_lr_ratio) * left
