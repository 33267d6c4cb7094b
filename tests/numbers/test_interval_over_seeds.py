"""The interval over seeds and groups: its two limits by hand, and how often it covers the truth."""

from __future__ import annotations

import numpy as np
import pytest

from acclimate.core.scores import GroupSums
from acclimate.evaluate.change import Bootstrap, change
from acclimate.evaluate.seeds import change_over_seeds
from tests.evaluate.arms import sums

ONES = np.ones(30)
STUDENT_2 = 4.303  # the 97.5 % quantile of Student's t with 2 degrees of freedom, from a table


def test_seeds_that_agree_give_the_interval_over_groups() -> None:
    random = np.random.Generator(np.random.PCG64(1))
    after, before = sums(random.random(30) + 0.2, ONES), sums(random.random(30), ONES)
    bootstrap = Bootstrap(resamples=500)
    one, three = change(after, before, bootstrap), change_over_seeds([after] * 3, [before] * 3, bootstrap)
    assert (three.value, three.low, three.high) == pytest.approx((one.value, one.low, one.high), rel=1e-9)


def test_groups_that_agree_give_students_interval_over_seeds() -> None:
    moved = np.array([0.1, 0.2, 0.6])
    after, before = [sums(ONES * (1 + one), ONES) for one in moved], [sums(ONES, ONES)] * 3
    found = change_over_seeds(after, before, Bootstrap(resamples=100_000))
    reach = STUDENT_2 * moved.std(ddof=1) / np.sqrt(3)
    assert found.value == pytest.approx(0.3)
    assert (found.low, found.high) == pytest.approx((0.3 - reach, 0.3 + reach), abs=0.03 * reach)


def test_equal_arms_give_exactly_nothing_and_few_groups_no_interval() -> None:
    random = np.random.Generator(np.random.PCG64(2))
    arms = [sums(random.random(30), ONES) for _ in range(3)]
    found = change_over_seeds(arms, arms, Bootstrap(resamples=100))
    assert (found.value, found.low, found.high) == (0, 0, 0)
    few = [sums(random.random(12), np.ones(12)) for _ in range(3)]
    assert change_over_seeds(few, [], Bootstrap(resamples=100)).low is None


TRUE, SCATTER = 0.05, 0.1


def repeat(of_seeds: float, random: np.random.Generator) -> tuple[list[GroupSums], list[GroupSums]]:
    """Three seeds on 30 test groups of uneven sizes; a seed moves the score of all groups of its model, and a little each group."""
    size_G = np.round(np.exp(random.standard_normal(30) * 0.7) * 20) + 1
    base_G, moved_G = 0.6 + 0.1 * random.standard_normal(30), TRUE + SCATTER * random.standard_normal(30)
    after, before = [], []
    for _ in range(3):
        shift, own_G = of_seeds * random.standard_normal(2), 0.02 * random.standard_normal((2, 30))
        before.append(sums(size_G * (base_G + shift[0] + own_G[0]), size_G))
        after.append(sums(size_G * (base_G + moved_G + shift[1] + own_G[1]), size_G))
    return after, before


@pytest.mark.parametrize("of_seeds, groups_alone_cover", [(0.0, 0.97), (0.03, 0.85), (0.1, 0.5)])
def test_it_covers_the_truth_whether_seeds_or_groups_matter_more(of_seeds: float, groups_alone_cover: float) -> None:
    random = np.random.Generator(np.random.PCG64(7))
    repeats, bootstrap, covered, alone = 400, Bootstrap(resamples=400), 0, 0
    for _ in range(repeats):
        after, before = repeat(of_seeds, random)
        found, one = change_over_seeds(after, before, bootstrap), change(after[0], before[0], bootstrap)
        covered += (found.low or 0) <= TRUE <= (found.high or 0)
        alone += (one.low or 0) <= TRUE <= (one.high or 0)
    assert 0.90 <= covered / repeats <= 0.99
    assert alone / repeats <= groups_alone_cover, "what one seed's interval claims, where another seed is another model"
