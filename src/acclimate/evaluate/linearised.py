"""A score that is a formula of many sums, or the change of one, as a function of the groups' weights.

With S the weighted sums of the cells, f the formula and s_g a group's own sums, the score is f(S) and the group's
linearised influence on it u_g = grad f(S) . s_g, since f does not change when all sums are multiplied by one number.

Legend of shapes: G groups, P cells, E entries, K weightings.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from acclimate.core.cells import Cells
from acclimate.core.errors import AcclimateError
from acclimate.core.formulas import evaluate
from acclimate.core.scores import Floats, GroupSums

_CELLS = 400_000
"""Weighted entries held at once: what stays in a processor's cache."""
_DIGITS = 1e-12
"""A standard error below this share of the scores is rounding."""


class Linearised:
    """S and its standard error. Two equal arms have equal influences to the last bit, so their change is exactly 0."""

    def __init__(self, after: GroupSums, before: GroupSums | None, *, relative: bool) -> None:
        arms = [after] if before is None else [after, before]
        if len({None if one.cells is None else one.cells.formula for one in arms}) > 1:
            raise AcclimateError(f"{after.name} is not of one formula in both arms")
        measured_G = np.logical_or.reduce([one.denominator_G > 0 for one in arms])
        self.groups, self._relative = int(measured_G.sum()), relative
        self._arms = [CellArm(one.cells, measured_G) for one in arms if one.cells is not None]

    def at(self, weights_KG: Floats) -> tuple[Floats, Floats]:
        """Give S* and SE* for each weighting; NaN where the formula is undefined."""
        at_once = max(1, _CELLS // max(arm.size for arm in self._arms))
        found = [self._at(weights_KG[start : start + at_once].T) for start in range(0, len(weights_KG), at_once)]
        return np.concatenate([value_K for value_K, _ in found]), np.concatenate([error_K for _, error_K in found])

    def _at(self, weights_GK: Floats) -> tuple[Floats, Floats]:
        weights_GK = np.ascontiguousarray(weights_GK)
        value_K, influence_GK = self._arms[0].at(weights_GK)
        scale_K = np.abs(value_K)
        if len(self._arms) == 2:
            base_K, base_GK = self._arms[1].at(weights_GK)
            scale_K = scale_K + np.abs(base_K)
            if self._relative:
                with np.errstate(divide="ignore", invalid="ignore"):
                    influence_GK = (influence_GK - value_K / base_K * base_GK) / base_K
                    value_K = value_K / base_K - 1
            else:
                influence_GK, value_K = influence_GK - base_GK, value_K - base_K
        square_K = np.einsum("gk,gk,gk->k", weights_GK, influence_GK, influence_GK)
        error_K = np.sqrt(square_K * self.groups / max(self.groups - 1, 1))
        return value_K, np.where(error_K <= _DIGITS * scale_K, 0.0, error_K)


class CellArm:
    """One arm's cells in the order in which they are summed: by cell for the sums, by group for the influences."""

    def __init__(self, cells: Cells, measured_G: npt.NDArray[np.bool_]) -> None:
        self._formula, self._parts = cells.formula, cells.parts
        self._groups = int(measured_G.sum())
        self.size = max(len(cells.amount_E), sum(cells.parts), self._groups, 1)
        group_E = (np.cumsum(measured_G) - 1)[cells.group_E]
        by_cell_E = np.argsort(cells.cell_E, kind="stable")
        self._group_E, self._cell_E, self._amount_E1 = group_E, cells.cell_E, cells.amount_E[:, None]
        self._group_by_cell_E, self._amount_by_cell_E1 = group_E[by_cell_E], self._amount_E1[by_cell_E]
        self._cells, self._cell_starts = np.unique(cells.cell_E[by_cell_E], return_index=True)
        self._with_any, self._group_starts = np.unique(group_E, return_index=True)
        self._one_each = len(group_E) == len(self._with_any) == self._groups
        self._ones = bool((cells.amount_E == 1).all())

    def at(self, weights_GK: Floats) -> tuple[Floats, Floats]:
        """Give the score and each group's influence."""
        weightings = weights_GK.shape[1]
        sums_PK = np.zeros((sum(self._parts), weightings))
        weighted_EK = weights_GK[self._group_by_cell_E]
        if not self._ones:
            weighted_EK *= self._amount_by_cell_E1
        if len(weighted_EK):
            sums_PK[self._cells] = np.add.reduceat(weighted_EK, self._cell_starts, axis=0)
        value_K, slope_PK = evaluate(self._formula, sums_PK, self._parts)
        moved_EK = slope_PK[self._cell_E]
        if not self._ones:
            moved_EK *= self._amount_E1
        if self._one_each:  # groups of one entry each are in order: nothing is to be added up
            return value_K, moved_EK
        influence_GK = np.zeros((self._groups, weightings))
        if len(moved_EK):
            influence_GK[self._with_any] = np.add.reduceat(moved_EK, self._group_starts, axis=0)
        return value_K, influence_GK
