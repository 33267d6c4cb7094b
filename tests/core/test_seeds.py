import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from acclimate.core.seeds import hash64, mix, permutation, share, uniform

INTEGERS = st.integers(0, 2**63 - 1)


def test_hash64_is_the_same_in_every_process() -> None:
    script = "from acclimate.core.seeds import hash64; print(hash64('role', 7, 'Ä patient'))"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert int(said.stdout) == hash64("role", 7, "Ä patient") == 14820482348219878564


def test_hash64_keeps_its_parts_apart_and_takes_any_text() -> None:
    assert hash64("ab", "c") != hash64("a", "bc")
    assert hash64("\ud800") != hash64("?")


def test_mix_is_splitmix64() -> None:
    # The first two numbers of the generator seeded with 0 (Steele et al. 2014; the test values of Java's SplittableRandom).
    assert int(mix(0)) == 0xE220A8397B1DCDAF
    assert int(mix(0x9E3779B97F4A7C15)) == 0x6E789E6AA1B965F4


@given(st.lists(INTEGERS, min_size=1, max_size=20), INTEGERS)
def test_mix_broadcasts_as_one_by_one(many: list[int], one: int) -> None:
    together = mix(np.array(many, dtype=np.uint64), np.uint64(one))
    assert together.tolist() == [int(mix(np.uint64(each), np.uint64(one))) for each in many]


def test_uniform_is_uniform_on_0_to_1() -> None:
    drawn = uniform(np.arange(100_000), 3)
    assert ((drawn >= 0) & (drawn < 1)).all()
    counts, _ = np.histogram(drawn, bins=20, range=(0, 1))
    # Chi-square with 19 degrees of freedom: above 43.8 with probability 0.001; the draw is fixed.
    assert ((counts - 5000) ** 2 / 5000).sum() < 43.8


def test_a_groups_share_depends_on_seed_and_group_alone() -> None:
    assert share(0, "p1") == share(0, "p1")
    assert share(0, "p1") != share(1, "p1")
    places = [share(0, f"p{number}") for number in range(4000)]
    assert 0 <= min(places) < max(places) < 1
    # Of 4,000 groups 400 fall below 0.1, give or take four standard deviations of 19.
    assert sum(place < 0.1 for place in places) == pytest.approx(400, abs=76)


@given(st.integers(0, 200), st.integers(0, 5))
def test_a_permutation_holds_every_number_once(count: int, epoch: int) -> None:
    assert sorted(permutation(count, "seed", epoch)) == list(range(count))


def test_a_permutation_changes_with_each_part() -> None:
    orders = {tuple(permutation(30, seed, epoch)) for seed in range(5) for epoch in range(5)}
    assert len(orders) == 25
