"""Sums of which a score is a function that is no ratio: for each group, amounts in some of many cells.

Most groups have amounts in few cells (a patient's one probability lies in one of thousands), so only those are kept.

Legend of shapes: G groups, P cells, E entries, R rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from acclimate.core.formulas import Floats, evaluate

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Cells:
    """The amounts, and the formula (core/formulas.py) that makes a score of their sums.

    Entry e says that group number `group_E[e]` has `amount_E[e]` in cell `cell_E[e]`; entries are in the order of
    (group, cell), each pair once, none of them 0. `parts` says how many cells each argument of the formula has.
    """

    formula: str
    parts: tuple[int, ...]
    group_E: Places
    cell_E: Places
    amount_E: Floats

    @classmethod
    def gather(cls, formula: str, parts: Sequence[int], entries: Sequence[tuple[Any, Any, Any]]) -> Cells:
        """Add up what falls on one group and cell.

        Takes: arrays of groups, cells (counted through all parts) and amounts, or numbers that hold for a whole array.
        """
        spread = [np.broadcast_arrays(*some) for some in entries]
        group_A, cell_A, amount_A = (np.concatenate([one[at].ravel() for one in spread]) for at in range(3))
        pair_E, place_A = np.unique(group_A.astype(np.int64) * sum(parts) + cell_A, return_inverse=True)
        amount_E = np.bincount(place_A.ravel(), weights=amount_A, minlength=len(pair_E))
        pair_E, amount_E = pair_E[amount_E != 0], amount_E[amount_E != 0]
        return cls(formula, tuple(parts), pair_E // sum(parts), pair_E % sum(parts), amount_E)

    def only(self, some_G: npt.NDArray[np.bool_]) -> Cells:
        """Give what some of the groups have."""
        some_E = some_G[self.group_E]
        return Cells(self.formula, self.parts, self.group_E[some_E], self.cell_E[some_E], self.amount_E[some_E])

    @property
    def value(self) -> float:
        """The score; NaN where it is undefined."""
        sums_P = np.zeros(sum(self.parts))
        np.add.at(sums_P, self.cell_E, self.amount_E)
        return float(evaluate(self.formula, sums_P[:, None], self.parts)[0][0])

    def as_json(self) -> dict[str, Any]:
        """Give plain data for JSON."""
        entries = {"group": self.group_E.tolist(), "cell": self.cell_E.tolist(), "amount": self.amount_E.tolist()}
        return {"formula": self.formula, "parts": list(self.parts), **entries}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Cells:
        """Undo `as_json`."""
        group_E, cell_E = (np.array(data[key], dtype=np.int64) for key in ("group", "cell"))
        return cls(data["formula"], tuple(data["parts"]), group_E, cell_E, np.array(data["amount"], dtype=np.float64))
