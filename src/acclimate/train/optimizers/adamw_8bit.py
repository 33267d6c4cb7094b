"""AdamW with moments in 8 bits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from acclimate.core.method import Method, option

if TYPE_CHECKING:
    from torch.optim import Optimizer

    from acclimate.train.section import Train


class AdamW8bit(Method):
    """AdamW whose two moments are kept in blocks of 8-bit numbers: 2 bytes a trained weight instead of 8.

    Takes: groups of parameters with their decay, the learning rate, and adam_beta1, adam_beta2, adam_epsilon of `train`.

    Gives: bitsandbytes' AdamW8bit.

    Options: the smallest tensor that is kept so (`min_8bit_size`).

    When to use: where AdamW's moments do not fit in memory.

    Source: Dettmers et al. 2022 (arXiv 2110.02861).

    Raises: nothing; without the library, `train` refuses it before the start.
    """

    package: ClassVar[str] = "bitsandbytes"
    moment_bytes: ClassVar[int] = 2

    min_8bit_size: int = option(
        4096, "smaller tensors keep their moments in float32", unit="weights", ge=0, le=1_000_000_000
    )

    def make(self, groups: list[dict[str, Any]], learning_rate: float, settings: Train) -> Optimizer:
        from acclimate.compat.bitsandbytes import tame

        tame()
        from bitsandbytes.optim import AdamW8bit as Theirs

        betas = (settings.adam_beta1, settings.adam_beta2)
        optimizer: Optimizer = Theirs(
            groups, lr=learning_rate, betas=betas, eps=settings.adam_epsilon, min_8bit_size=self.min_8bit_size
        )
        return optimizer
