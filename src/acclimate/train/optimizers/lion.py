"""Lion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from acclimate.core.method import Method, option

if TYPE_CHECKING:
    from torch.optim import Optimizer

    from acclimate.train.section import Train


class Lion(Method):
    """Step by the sign of a mean of gradient and momentum: sign(beta1 m + (1 - beta1) g).

    Takes: groups of parameters with their decay, and the learning rate (a third to a tenth of AdamW's).

    Gives: pytorch-optimizer's Lion.

    Options: `beta1`, `beta2`.

    When to use: large batches, and half of AdamW's memory for moments. Every weight moves by the same amount, so small
    batches make it noisy.

    Source: Chen et al. 2023 (arXiv 2302.06675).

    Raises: nothing; without the library, `train` refuses it before the start.
    """

    package: ClassVar[str] = "pytorch_optimizer"
    moment_bytes: ClassVar[int] = 4

    beta1: float = option(0.9, "share of momentum in a step", unit="share", ge=0, lt=1)
    beta2: float = option(0.99, "decay of the momentum", unit="share", ge=0, lt=1)

    def make(self, groups: list[dict[str, Any]], learning_rate: float, settings: Train) -> Optimizer:
        from pytorch_optimizer import Lion as Theirs

        optimizer: Optimizer = Theirs(groups, lr=learning_rate, betas=(self.beta1, self.beta2), weight_decouple=True)
        return optimizer
