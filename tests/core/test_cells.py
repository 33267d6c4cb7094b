import json

import numpy as np
import pytest

from acclimate.core.cells import Cells
from acclimate.core.scores import GroupSums

GROUP_R = np.array([0, 0, 2, 2, 0])


def made() -> Cells:
    """Two labels: one is right in 3 of 4 cases, the other in 1 of 1 (groups 0 and 2; group 1 has nothing)."""
    above_R = np.array([0, 0, 0, 1, 0])
    return Cells.gather(
        "mean_ratio", (2, 2, 2),
        [(GROUP_R, above_R, [1, 1, 0, 1, 1]), (GROUP_R, above_R + 2, 1), (GROUP_R, above_R + 4, 1)],
    )  # fmt: skip


def test_what_falls_on_one_group_and_cell_is_added_up() -> None:
    cells = made()
    found = list(zip(cells.group_E.tolist(), cells.cell_E.tolist(), cells.amount_E.tolist(), strict=True))
    assert found == [(0, 0, 3), (0, 2, 3), (0, 4, 3), (2, 1, 1), (2, 2, 1), (2, 3, 1), (2, 4, 1), (2, 5, 1)]
    assert cells.value == pytest.approx((3 / 4 + 1) / 2)


def test_some_groups_alone() -> None:
    assert made().only(np.array([False, True, True])).value == 0.5
    assert np.isnan(made().only(np.array([False, True, False])).value)


def test_cells_come_back_from_json() -> None:
    cells = made()
    again = Cells.from_json(json.loads(json.dumps(cells.as_json())))
    assert (again.formula, again.parts, again.value) == (cells.formula, cells.parts, cells.value)
    assert (again.group_E.tolist(), again.cell_E.tolist()) == (cells.group_E.tolist(), cells.cell_E.tolist())


def test_a_score_of_cells_counts_rows_and_can_be_of_some_groups() -> None:
    score = GroupSums.of_cells("macro_f1", "mean", "higher", ("a", "b", "c"), np.array([3.0, 0, 2]), made())
    assert (score.n, score.value, score.measured) == (5, made().value, True)
    part = score.only(np.array([False, True, True]))
    assert (part.n, part.value) == (2, 0.5)
    nothing = score.only(np.array([False, True, False]))
    assert not nothing.measured
    one_class = Cells.gather("mean_roc_auc", (1, 1), [(np.array([0, 1]), 0, 1)])
    undefined = GroupSums.of_cells("roc_auc", "area", "higher", ("a", "b"), np.ones(2), one_class)
    assert (undefined.measured, undefined.n) == (False, 2)
