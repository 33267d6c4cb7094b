"""The studentised interval against a slow one, and how often it covers the truth ."""

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


@pytest.mark.parametrize("kind, least", [("even", 0.925), ("uneven", 0.9), ("skewed", 0.89)])
def test_a_95_percent_interval_covers_about_95_percent(kind: str, least: float) -> None:
    """1,000 repeats with 30 groups. The percentile interval covers 87 to 93 %."""
    random = np.random.Generator(np.random.PCG64(20))
    covered = 0
    for repeat in range(1000):
        sizes = np.full(30, 100.0) if kind == "even" else 100 * np.exp(random.standard_normal(30))
        effect = random.standard_normal(30)
        if kind == "skewed":
            effect = random.exponential(size=30) - 1
        base = 2 + 0.5 * random.standard_normal(30)
        before, after = sums(sizes * base, sizes), sums(sizes * (base - 0.2 + 0.1 * effect), sizes)
        found = change(after, before, Bootstrap(resamples=600, seed=repeat))
        covered += (found.low or 0) <= -0.2 <= (found.high or 0)
    assert least <= covered / 1000 <= 0.975
