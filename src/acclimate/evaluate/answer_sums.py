"""Values of single answers, summed by group: a score is their mean, or a formula of their sums.

Legend of shapes: R rows, G groups, P cells of a formula.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from acclimate.core.cells import Cells
from acclimate.core.scores import Floats, GroupSums
from acclimate.evaluate.rows import sum_by


class RowSums:
    """The groups of the rows that were answered, in the order of their first row."""

    def __init__(self, groups: Sequence[str]) -> None:
        places: dict[str, int] = {}
        self._place_R = np.array([places.setdefault(group, len(places)) for group in groups], dtype=np.int64)
        self._groups = tuple(places)

    def ratio(
        self, name: str, unit: str, above_R: npt.ArrayLike, below_R: npt.ArrayLike, *, better: str = "higher"
    ) -> GroupSums:
        """Give sum above / sum below; `n` is the sum below."""
        above_G, below_G = (sum_by(self._place_R, values_R, self._groups) for values_R in (above_R, below_R))
        return GroupSums(name, unit, better, self._groups, above_G, below_G, int(below_G.sum()))

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
        some = np.ones(len(self._place_R)) if some_R is None else np.asarray(some_R, dtype=np.float64)
        return self.ratio(name, unit, np.asarray(value_R, dtype=np.float64) * some, some, better=better)

    def formula(
        self, name: str, unit: str, which: tuple[str, tuple[int, ...]], amounts_RP: Floats, some_R: npt.ArrayLike
    ) -> GroupSums:
        """Give a formula (core/formulas.py) of the sums of all amounts; higher is better.

        Takes: `which`, its name and how many cells each argument has; `some`, the rows that count (of others all amounts
        are 0).
        """
        places = self._place_R[:, None], np.arange(amounts_RP.shape[1])[None]
        cells = Cells.gather(*which, [(*places, amounts_RP)])
        rows_G = sum_by(self._place_R, some_R, self._groups)
        return GroupSums.of_cells(name, unit, "higher", self._groups, rows_G, cells)
