"""Warm-up, stable, decay."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar, Literal

from acclimate.core.method import Method, option


class WarmupStableDecay(Method):
    """Keep the peak rate, and lower it over the last `num_decay_steps` updates alone.

    With x the share of the decay that is done: linear 1 - x, cosine (1 + cos(pi x)) / 2, 1-sqrt 1 - sqrt(x); each
    between 1 and min_lr_ratio.

    Takes: the number of an update and how many there are, both counted after the warm-up.

    Gives: the factor on the peak learning rate.

    Options: length of the decay (`num_decay_steps`), its form (`decay_type`), its end (`min_lr_ratio`).

    When to use: where training may be prolonged (`max_steps` raised): all but the decay is the same for any length.

    Source: Hu et al. 2024 (arXiv 2404.06395); the form 1-sqrt, Hägele et al. 2024 (arXiv 2405.18392); transformers'
    get_wsd_schedule.

    Raises: nothing.
    """

    validates: ClassVar[bool] = False

    num_decay_steps: float = option(
        0.2, "updates of the decay; below 1: their share of the updates after warm-up", unit="updates or share", ge=0
    )
    decay_type: Literal["linear", "cosine", "1-sqrt"] = option("1-sqrt", "the form of the decay")
    min_lr_ratio: float = option(0.0, "share of the peak that is left at the end", unit="share", ge=0, le=1)

    def rate(self, update: int, updates: int, losses: Sequence[float]) -> float:
        share = self.num_decay_steps < 1
        decay = math.ceil(self.num_decay_steps * updates) if share else min(int(self.num_decay_steps), updates)
        done = min(1.0, max(0.0, (update - (updates - decay)) / max(1, decay)))
        left = {"linear": 1.0 - done, "cosine": 0.5 * (1.0 + math.cos(math.pi * done)), "1-sqrt": 1.0 - math.sqrt(done)}
        return self.min_lr_ratio + (1.0 - self.min_lr_ratio) * left[self.decay_type]
