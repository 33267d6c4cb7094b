"""Scores of many sums: the same intervals as those of ratios where they are ratios, and the definition word for word."""

import math
from dataclasses import replace

import numpy as np
import pytest

from acclimate.core.cells import Cells
from acclimate.core.errors import AcclimateError
from acclimate.core.formulas import evaluate
from acclimate.core.scores import GroupSums
from acclimate.core.seeds import hash64
from acclimate.evaluate import linearised
from acclimate.evaluate.change import Bootstrap, Change, apart, change, gap, own_interval
from tests.evaluate.arms import sums

FEW = Bootstrap(resamples=300, seed=4)


def ratio(seed: int, groups: int = 30) -> tuple[GroupSums, GroupSums]:
    """One ratio of sums, as ever and as a formula."""
    random = np.random.Generator(np.random.PCG64(seed))
    below_G = random.integers(1, 9, groups).astype(np.float64)
    above_G = np.floor(below_G * random.random(groups))
    plain = sums(above_G, below_G)
    group_G = np.arange(groups)
    entries = [(group_G, cell, some_G) for cell, some_G in enumerate((above_G, below_G, below_G))]
    cells = Cells.gather("mean_ratio", (1, 1, 1), entries)
    return plain, GroupSums.of_cells(plain.name, plain.unit, plain.better, plain.groups, below_G, cells)


def auc(seed: int, groups: int = 25, rows: int = 80) -> GroupSums:
    """An area under a curve, rows of one group alike."""
    random = np.random.Generator(np.random.PCG64(seed))
    group_R = np.concatenate([np.arange(groups), random.integers(0, groups, rows - groups)])
    tilt_G = random.standard_normal(groups)
    positive_R = random.random(rows) < 0.4
    level_R = np.clip(np.floor(4 + positive_R + tilt_G[group_R] + random.standard_normal(rows)), 0, 9).astype(np.int64)
    cells = Cells.gather("mean_roc_auc", (10, 10), [(group_R, level_R + 10 * ~positive_R, 1)])
    names = tuple(f"g{number}" for number in range(groups))
    return GroupSums.of_cells("roc_auc", "area", "higher", names, np.bincount(group_R).astype(np.float64), cells)


def ends(found: Change) -> tuple[float, ...]:
    return (found.value, found.low or math.nan, found.high or math.nan, found.groups)


@pytest.mark.parametrize("how", ["alone", "difference", "relative"])
def test_a_ratio_has_the_same_interval_either_way(how: str) -> None:
    (plain, cells), (plain_base, cells_base) = ratio(1), ratio(2)
    if how == "alone":
        one, other = own_interval(plain, FEW), own_interval(cells, FEW)
    else:
        one = change(plain, plain_base, FEW, relative=how == "relative")
        other = change(cells, cells_base, FEW, relative=how == "relative")
    assert ends(other) == pytest.approx(ends(one), rel=1e-9)


def test_subgroups_too() -> None:
    (plain, cells), (plain_base, cells_base) = ratio(1, 60), ratio(2, 60)
    halves = [np.arange(60) < 30, np.arange(60) >= 30]
    one = gap([(plain.only(half_G), plain_base.only(half_G)) for half_G in halves], FEW)
    other = gap([(cells.only(half_G), cells_base.only(half_G)) for half_G in halves], FEW)
    assert ends(other.change) == pytest.approx(ends(one.change), rel=1e-9)
    one_apart, other_apart = (
        apart((plain, None), (plain_base, None), FEW),
        apart((cells, None), (cells_base, None), FEW),
    )
    assert ends(other_apart) == pytest.approx(ends(one_apart), rel=1e-9)


def test_the_interval_is_the_definition() -> None:
    """Loops over weightings and groups, with slopes of the change by differences."""
    after, before = auc(1), auc(2)
    groups, bootstrap = len(after.groups), Bootstrap(resamples=60, seed=3)
    dense = []
    for arm in (after, before):
        sums_GP = np.zeros((groups, 20))
        sums_GP[arm.cells.group_E, arm.cells.cell_E] = arm.cells.amount_E
        dense.append(sums_GP)

    def score(weight_G: np.ndarray) -> float:
        one, other = (evaluate("mean_roc_auc", (weight_G @ sums_GP)[:, None], (10, 10))[0][0] for sums_GP in dense)
        return float(one - other)

    def statistic(weight_G: np.ndarray) -> tuple[float, float]:
        square, step = 0.0, 1e-5
        for group in range(groups):
            moved = step * (np.arange(groups) == group)
            square += weight_G[group] * ((score(weight_G + moved) - score(weight_G - moved)) / (2 * step)) ** 2
        return score(weight_G), math.sqrt(groups / (groups - 1) * square)

    value, error = statistic(np.ones(groups))
    random = np.random.Generator(np.random.PCG64(hash64("bootstrap", bootstrap.seed)))
    drawn = [np.bincount(one, minlength=groups) for one in random.integers(0, groups, size=(60, groups))]
    t = [(star - value) / spread for star, spread in (statistic(one.astype(np.float64)) for one in drawn)]
    t_low, t_high = np.quantile(t, [0.025, 0.975])
    found = change(after, before, bootstrap)
    assert (found.low, found.high) == pytest.approx((value - t_high * error, value - t_low * error), rel=1e-5)


@pytest.mark.parametrize("relative", [False, True])
def test_equal_arms_have_a_change_of_exactly_zero(relative: bool) -> None:
    assert change(auc(1), auc(1), FEW, relative=relative) == Change(0.0, 0.0, 0.0, 25)


def test_memory_does_not_change_the_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = change(auc(1), auc(2), FEW)
    monkeypatch.setattr(linearised, "_CELLS", 1)
    assert ends(change(auc(1), auc(2), FEW)) == pytest.approx(ends(whole), rel=1e-12)


def test_a_perfect_score_has_no_spread() -> None:
    group_R = np.arange(30)
    cells = Cells.gather("mean_roc_auc", (2, 2), [(group_R, np.where(group_R % 3 == 0, 1, 2), 1)])
    names = tuple(str(group) for group in group_R)
    assert own_interval(GroupSums.of_cells("roc_auc", "", "higher", names, np.ones(30), cells), FEW) == Change(
        1, 1, 1, 30
    )


def test_groups_without_rows_do_not_count() -> None:
    full = auc(1)
    some_G = np.arange(25) >= 6
    found = own_interval(full.only(some_G), FEW)
    assert (found.groups, found.low) == (19, None)


def test_a_ratio_and_a_formula_are_not_subtracted() -> None:
    plain, cells = ratio(1)
    with pytest.raises(AcclimateError, match="not of one formula"):
        change(cells, replace(plain, groups=cells.groups), FEW)
    with pytest.raises(AcclimateError, match="not of one formula"):
        change(plain, cells, FEW)
