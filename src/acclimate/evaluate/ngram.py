"""A model of bytes that counts: how far text can be predicted from its last four bytes (a floor, docs/measuring.md).

Interpolated Kneser-Ney (Chen & Goodman 1999), orders 1 to 5, with one discount an order:

    p_k(w | h) = max(c(h w) - D, 0) / c(h) + D N(h) / c(h) * p_{k-1}(w | h without its first byte)

c counts in the highest order; in a lower one it is in how many different bytes' wake `h w` was seen. N(h) is after how
many different bytes `h` goes on, D = n1 / (n1 + 2 n2). Below order 1 every byte is as likely: 1 / 256.

Legend of shapes: N bytes, K different k-grams, H different contexts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from acclimate.core.scores import Floats

ORDER = 5
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Order:
    """The k-grams of one order: sorted codes with their probability above the discount; contexts with what they give on."""

    gram_K: Codes
    share_K: Floats
    context_H: Codes
    rest_H: Floats


class ByteModel:
    """Counts the bytes of texts; each text is read from its beginning, nothing before it."""

    def __init__(self, texts: Sequence[bytes]) -> None:
        grams_N = np.concatenate([np.zeros(0, dtype=np.int64), *(_grams(text) for text in texts)])
        gram_K, count_K = np.unique(grams_N, return_counts=True)
        orders = []
        for order in range(ORDER, 0, -1):
            orders.append(_order(gram_K, count_K))
            gram_K, count_K = np.unique(gram_K & _mask(order - 1), return_counts=True)
        self._orders = orders[::-1]

    def bits(self, text: bytes) -> Floats:
        """Give -log2 of the probability of each byte, given the four before it."""
        grams_N = _grams(text)
        chance_N = np.full(len(text), 1 / 256)
        for number, order in enumerate(self._orders, start=1):
            code_N = grams_N & _mask(number)
            share_N = _look_up(order.gram_K, order.share_K, code_N, 0.0)
            chance_N = share_N + _look_up(order.context_H, order.rest_H, code_N >> 8, 1.0) * chance_N
        return np.asarray(-np.log2(chance_N), dtype=np.float64)


def _grams(text: bytes) -> Codes:
    """Give for each byte the code of it and the four before it, the oldest highest."""
    code_N = np.zeros(len(text), dtype=np.int64)
    byte_N = np.frombuffer(text, dtype=np.uint8).astype(np.int64)
    for back in range(min(ORDER, len(text))):
        code_N[back:] |= byte_N[: len(byte_N) - back] << (8 * back)
    return code_N


def _mask(order: int) -> int:
    return (1 << (8 * order)) - 1


def _order(gram_K: Codes, count_K: npt.NDArray[np.int64]) -> _Order:
    ones, twos = int((count_K == 1).sum()), int((count_K == 2).sum())
    discount = ones / (ones + 2 * twos) if ones and twos else 0.5
    context_H, first_H, different_H = np.unique(gram_K >> 8, return_index=True, return_counts=True)
    total_H = np.add.reduceat(count_K, first_H) if len(first_H) else count_K
    share_K = (count_K - discount) / np.repeat(total_H, different_H)
    return _Order(gram_K, share_K, context_H, discount * different_H / total_H)


def _look_up(keys: Codes, values: Floats, wanted_N: Codes, absent: float) -> Floats:
    if not len(keys):
        return np.full(len(wanted_N), absent)
    place_N = np.minimum(np.searchsorted(keys, wanted_N), len(keys) - 1)
    return np.where(keys[place_N] == wanted_N, values[place_N], absent)
