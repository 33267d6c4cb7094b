"""Losses, summed: the loop divides by what all batches of an update weigh together.

Legend of shapes: L labels, V entries of the vocabulary (or labels of a task).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def token_loss(logits_LV: Tensor, labels_L: Tensor) -> Tensor:
    """Give sum over l of -ln softmax(logits_l)[labels_l]."""
    from torch.nn.functional import cross_entropy

    return cross_entropy(logits_LV, labels_L, reduction="sum")
