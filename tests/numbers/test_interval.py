"""The studentised interval against a slow one, and how often it covers the truth."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from acclimate.core.scores import GroupSums
from acclimate.core.seeds import hash64
from acclimate.evaluate.change import Bootstrap, change, own_interval
from tests.evaluate.arms import sums

Arm = tuple[Sequence[float], Sequence[float]]


def arms(groups: int, seed: int) -> tuple[GroupSums, GroupSums, str]:
    random = np.random.Generator(np.random.PCG64(seed))
    sizes = np.exp(random.standard_normal(groups)) * 100
    effect = 1.5 + 0.3 * random.standard_normal(groups)
    before = sums(sizes * effect, sizes)
    other = sizes * (1 + 0.1 * random.random(groups))  # other sizes too: the formula must not need equal ones
    return sums(other * (effect - 0.2 + 0.1 * random.standard_normal(groups)), other), before, "identity"


def slow(after: GroupSums, before: GroupSums | None, how: str, bootstrap: Bootstrap) -> tuple[float, float]:
    """The definition, word for word: loops, and slopes of the statistic in the two ratios by hand."""
    groups = len(after.groups)

    def statistic(weights: Sequence[float]) -> tuple[float, float]:
        ratios, influences = [], []
        for arm in (after, before):
            if arm is None:
                ratios.append(0.0)
                influences.append([0.0] * groups)
                continue
            above = sum(w * n for w, n in zip(weights, arm.numerator_G, strict=True))
            below = sum(w * d for w, d in zip(weights, arm.denominator_G, strict=True))
            ratios.append(above / below)
            pairs = zip(arm.numerator_G, arm.denominator_G, strict=True)
            influences.append([(n - above / below * d) / below for n, d in pairs])
        a, b = ratios
        value, slope_a, slope_b = {
            "alone": (a, 1.0, 0.0),
            "difference": (a - b, 1.0, -1.0),
            "relative": (a / b - 1 if b else 0.0, 1 / b if b else 0.0, -a / b**2 if b else 0.0),
            "exp": (math.exp(a) - math.exp(b), math.exp(a), -math.exp(b)),
        }[how]
        square = sum(w * (slope_a * x + slope_b * y) ** 2 for w, x, y in zip(weights, *influences, strict=True))
        return value, math.sqrt(groups / (groups - 1) * square)

    value, error = statistic([1.0] * groups)
    random = np.random.Generator(np.random.PCG64(hash64("bootstrap", bootstrap.seed)))
    t = []
    for drawn in random.integers(0, groups, size=(bootstrap.resamples, groups)):
        star, error_star = statistic([float(one) for one in np.bincount(drawn, minlength=groups)])
        t.append((star - value) / error_star)
    tail = (1 - bootstrap.confidence) / 2
    t_low, t_high = np.quantile(t, [tail, 1 - tail])
    return value - t_high * error, value - t_low * error


@pytest.mark.parametrize("how", ["alone", "difference", "relative", "exp"])
def test_the_interval_is_the_definition(how: str) -> None:
    after, before, _ = arms(24, seed=3)
    if how == "exp":
        after, before = (sums(one.numerator_G, one.denominator_G, transform="exp") for one in (after, before))
    bootstrap = Bootstrap(resamples=300, seed=11)
    if how == "alone":
        found, expected = own_interval(after, bootstrap), slow(after, None, how, bootstrap)
    else:
        found = change(after, before, bootstrap, relative=how == "relative")
        expected = slow(after, before, how, bootstrap)
    assert (found.low, found.high) == pytest.approx(expected, rel=1e-9)


def test_tiny_changes_keep_their_digits() -> None:
    """Two arms that differ in the ninth digit: the interval scales with the difference, it is not rounding noise."""
    _, before, _ = arms(40, seed=5)
    noise = np.random.Generator(np.random.PCG64(1)).standard_normal(40) * before.denominator_G
    bootstrap = Bootstrap(resamples=300)
    large, small = (
        change(sums(before.numerator_G + scale * noise, before.denominator_G), before, bootstrap)
        for scale in (1e-2, 1e-9)
    )
    assert small.low == pytest.approx(1e-7 * (large.low or 0), rel=1e-4)
    assert small.high == pytest.approx(1e-7 * (large.high or 0), rel=1e-4)


REPEATS, TRUE = 2000, -0.2


def repeat(kind: str, groups: int, random: np.random.Generator) -> tuple[GroupSums, GroupSums]:
    """One test set: (after, before) of groups whose true change is -0.2.

    even: groups of one size, changes scattered normally. skewed: sizes over two orders of magnitude (a lognormal of
    sigma 1), changes with a long tail to one side. tied: sizes of sigma 0.7, and the larger a group the larger its change
    beside that tail; with size = exp(0.7 z), E[size z] / E[size] = 0.7, which is taken off.
    """
    z_G = random.standard_normal(groups)
    sigma = {"even": 0.0, "skewed": 1.0, "tied": 0.7}[kind]
    size_G = 100 * np.exp(sigma * z_G)
    tail_G = random.standard_normal(groups) if kind == "even" else random.exponential(size=groups) - 1
    moved_G = TRUE + 0.1 * (tail_G + (z_G - sigma if kind == "tied" else 0.0))
    base_G = 2 + 0.5 * random.standard_normal(groups)
    return sums(size_G * (base_G + moved_G), size_G), sums(size_G * base_G, size_G)


@pytest.mark.parametrize(
    "kind, groups, least, most",
    [
        ("even", 30, 0.93, 0.97),
        ("even", 60, 0.93, 0.97),
        ("skewed", 30, 0.90, 0.97),
        ("skewed", 60, 0.915, 0.97),
        ("tied", 30, 0.90, 0.97),
        ("tied", 60, 0.915, 0.97),
    ],
)
def test_a_95_percent_interval_covers_about_95_percent(kind: str, groups: int, least: float, most: float) -> None:
    """2,000 test sets of known true change. With 500 weightings instead of 10,000 each."""
    random = np.random.Generator(np.random.PCG64(20))
    covered = 0
    for number in range(REPEATS):
        found = change(*repeat(kind, groups, random), Bootstrap(resamples=500, seed=number))
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= TRUE <= found.high
    assert least <= covered / REPEATS <= most


def test_the_percentile_interval_is_too_narrow_for_few_uneven_groups() -> None:
    """Why it is not used: of 1,000 of the same test sets it misses the truth in more than 1 of 10."""
    random = np.random.Generator(np.random.PCG64(20))
    drawn = np.random.Generator(np.random.PCG64(0)).integers(0, 30, (1000, 30))
    weights_KG = np.stack([np.bincount(one, minlength=30) for one in drawn]).astype(np.float64)
    covered = 0
    for _ in range(1000):
        after, before = repeat("skewed", 30, random)
        moved_K = weights_KG @ (after.numerator_G - before.numerator_G) / (weights_KG @ before.denominator_G)
        low, high = np.quantile(moved_K, [0.025, 0.975])
        covered += low <= TRUE <= high
    assert 0.8 < covered / 1000 < 0.9


def test_rows_of_one_patient_are_no_independent_cases() -> None:
    """PROOF's case, 60 patients of 20 rows with a correlation of 0.2 within: by rows far too narrow, by patients right."""
    random = np.random.Generator(np.random.PCG64(3))
    covered = {"rows": 0, "patients": 0}
    for number in range(250):
        moved_PR = (
            TRUE + math.sqrt(0.2) * random.standard_normal((60, 1)) + math.sqrt(0.8) * random.standard_normal((60, 20))
        )
        flat_R = moved_PR.ravel()
        of = {"rows": (flat_R, np.ones(1200)), "patients": (moved_PR.sum(axis=1), np.full(60, 20.0))}
        for name, (moved, size) in of.items():
            found = change(sums(2 * size + moved, size), sums(2 * size, size), Bootstrap(resamples=200, seed=number))
            covered[name] += (found.low or 0) <= TRUE <= (found.high or 0)
    assert covered["rows"] / 250 < 0.7
    assert covered["patients"] / 250 > 0.91
