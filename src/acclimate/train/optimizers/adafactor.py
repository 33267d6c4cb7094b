"""Adafactor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from acclimate.core.method import Method, option

if TYPE_CHECKING:
    from torch.optim import Optimizer

    from acclimate.train.section import Train


class Adafactor(Method):
    """Step by the gradient over the root of its second moment, kept as one row and one column a matrix.

    The rate of an update is min(learning_rate, 1 / sqrt(step)) times the root mean square of the weight (at least
    `eps_parameter`).

    Takes: groups of parameters with their decay, and the learning rate (relative to the weights: 1e-2 is usual).

    Gives: torch's Adafactor.

    Options: `beta2_decay`, `clip_threshold`, `eps_parameter`.

    When to use: where AdamW's two numbers a weight do not fit in memory.

    Source: Shazeer and Stern 2018 (arXiv 1804.04235).

    Raises: nothing.
    """

    package: ClassVar[str] = ""
    moment_bytes: ClassVar[int] = 0

    beta2_decay: float = option(-0.8, "the second moment's decay is 1 - step^beta2_decay", unit="exponent", ge=-1, lt=0)
    clip_threshold: float = option(1.0, "largest root mean square of a step", unit="step", gt=0)
    eps_parameter: float = option(1e-3, "smallest root mean square of a weight that counts", unit="weight", gt=0, lt=1)

    def make(self, groups: list[dict[str, Any]], learning_rate: float, settings: Train) -> Optimizer:
        import torch

        return torch.optim.Adafactor(
            groups,
            lr=learning_rate,
            beta2_decay=self.beta2_decay,
            eps=(None, self.eps_parameter),
            d=self.clip_threshold,
        )
