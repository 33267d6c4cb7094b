"""Decay where validation stands still."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from acclimate.core.method import Method, option


class ReduceLrOnPlateau(Method):
    """Multiply the rate by `factor` whenever `patience` validations in a row brought no gain: factor^k.

    A gain is a loss below best x (1 - threshold). After each lowering the count begins anew.

    Takes: the validation losses so far.

    Gives: the factor on the peak learning rate.

    Options: `factor`, `patience`, `threshold`, and the lowest factor (`min_lr_ratio`).

    When to use: where nobody knows how long training should take. It needs validation rows, and measures them after each
    epoch unless `eval_steps` says otherwise.

    Source: torch.optim.lr_scheduler.ReduceLROnPlateau.

    Raises: nothing.
    """

    validates: ClassVar[bool] = True

    factor: float = option(0.1, "what the rate is multiplied by", unit="share", gt=0, lt=1)
    patience: int = option(10, "validations without a gain before the rate is lowered", unit="validations", ge=0)
    threshold: float = option(1e-4, "smallest gain, as a share of the best loss", unit="share", ge=0, lt=1)
    min_lr_ratio: float = option(0.0, "share of the peak that it never falls below", unit="share", ge=0, le=1)

    def rate(self, update: int, updates: int, losses: Sequence[float]) -> float:
        best, waited, lowered = float("inf"), 0, 0
        for loss in losses:
            if loss < best * (1.0 - self.threshold):
                best, waited = loss, 0
            else:
                waited += 1
            if waited > self.patience:
                lowered, waited = lowered + 1, 0
        return max(self.min_lr_ratio, self.factor**lowered)
