import dataclasses
import math

import numpy as np
import pytest

from acclimate.core.errors import AcclimateError
from acclimate.core.scores import GroupSums
from acclimate.evaluate import change as module
from acclimate.evaluate.change import Bootstrap, Change, Gap, change, gap, own_interval
from tests.evaluate.arms import sums

FEW = Bootstrap(resamples=500)


def made(groups: int, seed: int, shift: float = 0.0, **more: str) -> GroupSums:
    random = np.random.Generator(np.random.PCG64(seed))
    below = random.integers(50, 200, groups).astype(np.float64)
    return sums(below * (1.5 + shift + 0.2 * random.standard_normal(groups)), below, **more)


def shifted(one: GroupSums, by: float, noise: float = 0.05, seed: int = 9) -> GroupSums:
    random = np.random.Generator(np.random.PCG64(seed))
    above_G = one.numerator_G + one.denominator_G * (by + noise * random.standard_normal(len(one.groups)))
    return dataclasses.replace(one, numerator_G=above_G)


def test_the_change_is_the_difference_of_the_two_ratios() -> None:
    before, after = sums([4, 8], [2, 2]), sums([2, 4], [2, 2])
    assert change(after, before, FEW) == Change(-1.5, None, None, 2)
    assert change(after, before, FEW, relative=True).value == -0.5
    assert own_interval(before, FEW) == Change(3.0, None, None, 2)


def test_a_perplexity_is_compared_after_exp() -> None:
    before, after = sums([2.0, 0.0], [1, 1], transform="exp"), sums([4.0, 0.0], [1, 1], transform="exp")
    assert own_interval(after, FEW).value == pytest.approx(math.e**2)
    assert change(after, before, FEW).value == pytest.approx(math.e**2 - math.e)
    assert change(after, before, FEW, relative=True).value == pytest.approx(math.e - 1)


@pytest.mark.parametrize("relative", [False, True])
@pytest.mark.parametrize("transform", ["identity", "exp"])
def test_equal_arms_have_a_change_of_exactly_zero(relative: bool, transform: str) -> None:
    one = made(40, 1, transform=transform)
    assert change(one, one, FEW, relative=relative) == Change(0.0, 0.0, 0.0, 40)


def test_the_same_change_in_every_group_has_no_spread() -> None:
    before = sums([3.0] * 25, [2.0] * 25)
    after = sums([2.0] * 25, [2.0] * 25)
    assert change(after, before, FEW) == Change(-0.5, -0.5, -0.5, 25)


def test_under_twenty_groups_there_is_no_interval() -> None:
    for groups, there in ((19, False), (20, True)):
        before = made(groups, 2)
        found = change(shifted(before, -0.3), before, FEW)
        assert (found.low is not None, found.groups) == (there, groups)


def test_groups_in_which_nothing_was_measured_do_not_count() -> None:
    full = made(25, 3)
    thin = dataclasses.replace(full, numerator_G=full.numerator_G.copy(), denominator_G=full.denominator_G.copy())
    thin.numerator_G[:6] = thin.denominator_G[:6] = 0
    assert change(thin, thin, FEW) == Change(0.0, None, None, 19)
    assert own_interval(thin, FEW).value == pytest.approx(thin.value)


def test_a_clear_change_excludes_zero_and_holds_the_value() -> None:
    before = made(60, 4)
    found = change(shifted(before, -0.3), before, FEW)
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.value < found.high < 0
    assert found.value == pytest.approx(-0.3, abs=0.03)


def test_pairing_makes_the_interval_of_the_change_narrower_than_those_of_the_arms() -> None:
    before = made(60, 5)
    after = shifted(before, -0.02, noise=0.01)
    of_change, of_arm = change(after, before, FEW), own_interval(after, FEW)
    assert (of_change.high or 0) - (of_change.low or 0) < 0.3 * ((of_arm.high or 0) - (of_arm.low or 0))


def test_a_change_in_one_group_alone_does_not_exclude_zero() -> None:
    """Over a third of the weightings miss that group: nothing else can be said than that zero is possible."""
    before = sums([150.0] * 30, [100.0] * 30)
    after = dataclasses.replace(before, numerator_G=before.numerator_G - 90 * (np.arange(30) == 0))
    found = change(after, before, Bootstrap(resamples=2000))
    assert found.low is not None
    assert found.high is not None
    assert math.isfinite(found.low)
    assert found.low < found.value < 0 <= found.high
    better = change(before, after, Bootstrap(resamples=2000))
    assert better.low == pytest.approx(-found.high)
    assert better.high == pytest.approx(-found.low)


def test_weightings_without_a_denominator_are_left_out() -> None:
    """Only two of 20 groups have a denominator in one arm; a weighting misses both with probability 0.12."""
    after = sums([1.0, 3.0, *[0.0] * 18], [2.0, 2.0, *[0.0] * 18])
    before = made(20, 6)
    found = change(after, before, FEW)
    assert found.low is not None
    assert found.high is not None
    assert math.isfinite(found.low)
    assert math.isfinite(found.high)


def test_the_same_seed_gives_the_same_interval_however_it_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    before = made(30, 7)
    after = shifted(before, 0.1)
    first = change(after, before, FEW)
    assert change(after, before, dataclasses.replace(FEW, seed=1)) != first
    monkeypatch.setattr(module, "_CELLS", 30 * 7)
    found = change(after, before, FEW)
    assert (found.low, found.high) == (pytest.approx(first.low, rel=1e-9), pytest.approx(first.high, rel=1e-9))


def test_less_confidence_is_a_narrower_interval() -> None:
    wide, narrow = (own_interval(made(30, 8), dataclasses.replace(FEW, confidence=one)) for one in (0.99, 0.8))
    assert (wide.low or 0) < (narrow.low or 0) < (narrow.high or 0) < (wide.high or 0)


def test_what_does_not_belong_together_is_not_compared() -> None:
    before = made(30, 1)
    for wrong in (
        dataclasses.replace(before, groups=before.groups[::-1]),
        dataclasses.replace(before, name="f1"),
        dataclasses.replace(before, unit="bits/byte of values"),
    ):
        with pytest.raises(AcclimateError, match="can't be compared"):
            change(before, wrong, FEW)


def test_the_gap_is_the_largest_difference_of_two_subgroups() -> None:
    parts = [(sums([10 * value] * 3, [10] * 3), None) for value in (2.0, 5.0, 3.5)]
    assert gap(parts, FEW) == Gap(1, 0, Change(3.0, None, None, 9)), "fewer than 20 groups"
    alike = [(sums([10] * 20, [10] * 20), None)] * 2
    assert gap(alike, FEW) == Gap(0, 1, Change(0.0, 0.0, 0.0, 40))


def test_the_gap_of_changes_is_that_of_paired_differences() -> None:
    first, second = made(40, 1), made(50, 2)
    parts = [(shifted(first, -0.1), first), (shifted(second, -0.4), second)]
    found = gap(parts, FEW)
    changes = [change(after, before, FEW).value for after, before in parts]
    assert (found.most, found.least) == (0, 1)
    assert found.change.value == pytest.approx(changes[0] - changes[1])
    assert found.change.low is not None
    assert found.change.low > 0.2, "the pairing takes the groups' own differences out"


def test_subgroups_that_do_not_differ_have_a_gap_whose_interval_holds_zero() -> None:
    """Four subgroups, the two that differ most: the interval allows for having looked (true gap 0, 95 %)."""
    held = 0
    for seed in range(120):
        parts = [(made(30, 4 * seed + part), None) for part in range(4)]
        low = gap(parts, Bootstrap(resamples=200, seed=seed)).change.low
        held += low is not None and low <= 0
    assert held >= 0.9 * 120
