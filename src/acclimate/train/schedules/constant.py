"""No decay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from acclimate.core.method import Method


class Constant(Method):
    """Keep the peak rate to the end: 1.

    Takes: the number of an update and how many there are, both counted after the warm-up.

    Gives: the factor on the peak learning rate.

    Options: none.

    When to use: to look at what a rate does, or for runs that others will continue. What is trained last is not
    averaged by any decay, so the result is noisier than with `linear`.

    Source: transformers' get_constant_schedule_with_warmup.

    Raises: nothing.
    """

    validates: ClassVar[bool] = False

    def rate(self, update: int, updates: int, losses: Sequence[float]) -> float:
        return 1.0
