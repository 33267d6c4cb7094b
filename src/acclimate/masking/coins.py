"""Choosing units by chance: one coin a unit, for a whole batch at once.

Legend of shapes: T tokens of N documents laid end to end, U units of all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from acclimate.core.examples import Ints
from acclimate.core.seeds import uniform

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class UnitTable:
    """The units of a flat row: `tokens` (places of tokens that belong to a unit) and for each of these its row in the
    table, `row`; a row says the unit's document and its number there, counted from 0. Rows are ordered by document.
    """

    tokens: npt.NDArray[np.int64]
    row: npt.NDArray[np.int64]
    document_U: npt.NDArray[np.int64]
    number_U: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.document_U)

    def mark(self, chosen_U: Bools, length: int) -> Bools:
        """Give a mark for each of `length` tokens: whether its unit was chosen."""
        marks_T = np.zeros(length, dtype=np.bool_)
        marks_T[self.tokens] = chosen_U[self.row]
        return marks_T


def unit_table(units_T: Ints, offsets_N1: Ints) -> UnitTable:
    """List the units of documents laid end to end; tokens with -1 belong to none."""
    tokens = np.flatnonzero(units_T >= 0)
    document = np.repeat(np.arange(len(offsets_N1) - 1), np.diff(offsets_N1))[tokens]
    unit = units_T[tokens]
    first = np.ones(len(tokens), dtype=np.bool_)
    first[1:] = (unit[1:] != unit[:-1]) | (document[1:] != document[:-1])
    document_U = document[first]
    number_U = np.arange(len(document_U)) - np.searchsorted(document_U, document_U)
    return UnitTable(tokens, np.cumsum(first) - 1, document_U, number_U)


def lowest(coin_U: npt.NDArray[np.float64], document_U: Ints) -> Bools:
    """Mark the unit with the smallest coin of each document: every unit is it with the same chance."""
    if not len(coin_U):
        return np.zeros(0, dtype=np.bool_)
    begins = np.flatnonzero(np.diff(document_U, prepend=-1))
    least = np.minimum.reduceat(coin_U, begins)
    return np.asarray(coin_U == np.repeat(least, np.diff(begins, append=len(coin_U))))


def hide_by_coins(units_T: Ints, offsets_N1: Ints, key_N: npt.NDArray[np.uint64], probability: float) -> Bools:
    """Hide each unit whose coin falls below `probability`, and in every document the unit with the smallest coin.

    A coin is a number in [0, 1), a function of the document's key and the unit's number. The unit with the smallest is
    hidden anyway wherever any is, so it only matters where no coin fell. A document without units stays whole.
    """
    table = unit_table(units_T, offsets_N1)
    coin_U = uniform(key_N[table.document_U], table.number_U)
    return table.mark((coin_U < probability) | lowest(coin_U, table.document_U), len(units_T))
