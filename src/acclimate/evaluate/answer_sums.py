"""Values of single answers, summed by group: a score is their mean, or a formula of their sums.

Legend of shapes: R rows, G groups, P cells of a formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from acclimate.core.cells import Cells
from acclimate.core.scores import GroupSums
from acclimate.evaluate.rows import sum_by


class RowSums:
    """The groups of the rows that were answered, in the order of their first row."""

    def __init__(self, groups: Sequence[str]) -> None:
        places: dict[str, int] = {}
        self.place_R = np.array([places.setdefault(group, len(places)) for group in groups], dtype=np.int64)
        self.groups = tuple(places)

    def ratio(
        self, name: str, unit: str, above_R: npt.ArrayLike, below_R: npt.ArrayLike, *, better: str = "higher"
    ) -> GroupSums:
        """Give sum above / sum below; `n` is the sum below."""
        above_G, below_G = (sum_by(self.place_R, values_R, self.groups) for values_R in (above_R, below_R))
        return GroupSums(name, unit, better, self.groups, above_G, below_G, int(below_G.sum()))

    def mean(
        self,
        name: str,
        unit: str,
        value_R: npt.ArrayLike,
        some_R: npt.ArrayLike | None = None,
        *,
        better: str = "higher",
    ) -> GroupSums:
        """Give the mean of the rows' values, of `some` of them if given."""
        some = np.ones(len(self.place_R)) if some_R is None else np.asarray(some_R, dtype=np.float64)
        return self.ratio(name, unit, np.asarray(value_R, dtype=np.float64) * some, some, better=better)

    def formula(
        self,
        name: str,
        unit: str,
        formula: str,
        parts: Sequence[npt.NDArray[Any]],
        some_R: npt.ArrayLike | None = None,
        *,
        better: str = "higher",
    ) -> GroupSums:
        """Give a formula (core/formulas.py) of sums over rows; `parts` has for each of its arguments what each row adds, [R, P].

        Takes: `some`, the rows that count; the others add 0 to everything.
        """
        parts_RP = np.concatenate(parts, axis=1)
        row_E, cell_E = np.nonzero(parts_RP)
        entries = [(self.place_R[row_E], cell_E, parts_RP[row_E, cell_E])]
        cells = Cells.gather(formula, [part.shape[1] for part in parts], entries)
        return self.of_cells(name, unit, cells, some_R, better=better)

    def of_cells(
        self, name: str, unit: str, cells: Cells, some_R: npt.ArrayLike | None = None, *, better: str = "higher"
    ) -> GroupSums:
        """Give a score of cells to which every row (of `some`) may have added."""
        counted_R = np.ones(len(self.place_R)) if some_R is None else some_R
        rows_G = sum_by(self.place_R, counted_R, self.groups)
        return GroupSums.of_cells(name, unit, better, self.groups, rows_G, cells)
