"""AdamW."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from acclimate.core.method import Method

if TYPE_CHECKING:
    from torch.optim import Optimizer

    from acclimate.train.section import Train


class AdamW(Method):
    """Step by m / (sqrt(v) + adam_epsilon), m and v running means of gradient and squared gradient; decay apart from it.

    Takes: groups of parameters with their decay, the learning rate, and adam_beta1, adam_beta2, adam_epsilon of `train`.

    Gives: torch's fused AdamW.

    Options: none of its own.

    When to use: by default. It keeps two numbers a trained weight (8 bytes); `adamw_8bit` keeps them in two bytes,
    `lion` one number, `adafactor` next to nothing.

    Source: Loshchilov and Hutter 2019 (arXiv 1711.05101).

    Raises: nothing.
    """

    package: ClassVar[str] = ""
    moment_bytes: ClassVar[int] = 8

    def make(self, groups: list[dict[str, Any]], learning_rate: float, settings: Train) -> Optimizer:
        import torch

        betas = (settings.adam_beta1, settings.adam_beta2)
        return torch.optim.AdamW(groups, lr=learning_rate, betas=betas, eps=settings.adam_epsilon, fused=True)
