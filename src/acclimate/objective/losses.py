"""Losses, summed: the loop divides by what all batches of an update weigh together.

Legend of shapes: L labels, V entries of the vocabulary (or labels of a task).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def token_loss(logits_LV: Tensor, labels_L: Tensor) -> Tensor:
    """Give sum over l of -ln softmax(logits_l)[labels_l]."""
    from torch.nn.functional import cross_entropy

    return cross_entropy(logits_LV, labels_L, reduction="sum")


def weighted_token_loss(logits_LV: Tensor, labels_L: Tensor, weight_V: Sequence[float] | None) -> Tensor:
    """Give sum over l of -w ln softmax(logits_l)[labels_l], with the weight w of each label (None: 1)."""
    from torch.nn.functional import cross_entropy

    weights = None if weight_V is None else logits_LV.new_tensor(weight_V)
    return cross_entropy(logits_LV, labels_L, weight=weights, reduction="sum")


def place_loss(logits_L: Tensor, document_L: Tensor, chosen_L: Tensor) -> Tensor:
    """Give sum over documents of -ln softmax(logits of its tokens)[the chosen one].

    Takes: the document of each token (0, 1, ..., in order), and 1 at the one token of each document that is right.
    """
    from torch import arange, bincount
    from torch.nn.functional import cross_entropy

    lengths_N = bincount(document_L)
    place_L = arange(len(document_L), device=document_L.device) - (lengths_N.cumsum(0) - lengths_N)[document_L]
    grid_NT = logits_L.new_full((len(lengths_N), int(lengths_N.max())), float("-inf"))
    grid_NT = grid_NT.index_put((document_L, place_L), logits_L)
    return cross_entropy(grid_NT, place_L[chosen_L > 0], reduction="sum")
