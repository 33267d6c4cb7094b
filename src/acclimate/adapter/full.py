"""Every weight is trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from acclimate.adapter.hooks import NoHooks

if TYPE_CHECKING:
    from torch import nn


class Full(NoHooks):
    """Train every weight of the model.

    Takes: a transformers model.

    Gives: the same model, everything trainable.

    Options: none.

    When to use: models that fit in memory four times over (weights, gradients, two moments, float32: 16 bytes a
    parameter). With less memory, or to keep the base as it is, see `lora`; to train its end alone, `freeze`.

    Source: Howard and Ruder 2018 (arXiv 1801.06146).

    Raises: nothing of its own.
    """

    learning_rate: ClassVar[float] = 5e-5
    merges: ClassVar[bool] = False

    def wrap(self, model: nn.Module, new_rows: Sequence[int], seed: int) -> tuple[nn.Module, list[str]]:
        model.requires_grad_(True)
        return model, []
