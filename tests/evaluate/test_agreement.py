import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from acclimate.evaluate.agreement import cohen_kappa, krippendorff_alpha

choices = st.sampled_from(["adapted", "base", "tie"])


def test_kappa_by_hand() -> None:
    # alike in 7 of 10; by chance 0.6 * 0.5 + 0.4 * 0.5 = 0.5: (0.7 - 0.5) / (1 - 0.5)
    first = ["a"] * 6 + ["b"] * 4
    second = ["a"] * 4 + ["b"] * 2 + ["a"] + ["b"] * 3
    assert cohen_kappa(first, second) == pytest.approx(0.4)


@given(st.lists(st.tuples(choices, choices), min_size=2, max_size=20))
def test_kappa_is_scikit_learns(pairs: list[tuple[str, str]]) -> None:
    first, second = [list(side) for side in zip(*pairs, strict=True)]
    mine = cohen_kappa(first, second)
    if len({*first, *second}) == 1:
        assert mine is None
    else:
        assert mine == pytest.approx(cohen_kappa_score(first, second))


def test_alpha_of_krippendorffs_own_example() -> None:
    """Four observers, twelve units, some of them missing: nominal alpha 0.743 (Krippendorff 2011, example C)."""
    observers = ["123321412...", "12332241 25.3".replace(" ", ""), ".3332342251.", "12332441251."]
    units = [[one[place] for one in observers if one[place] != "."] for place in range(12)]
    assert krippendorff_alpha([unit for unit in units if len(unit) > 1]) == pytest.approx(0.743, abs=5e-4)


def test_alpha_by_hand() -> None:
    # judged otherwise: 2 ordered pairs of the second item, 1 judge more: D_o = 2 / 4; D_e = 2 * 3 * 1 / (4 * 3) = 1 / 2
    assert krippendorff_alpha([["a", "a"], ["a", "b"]]) == pytest.approx(0.0)
    assert krippendorff_alpha([["a", "a", "a"], ["b", "b"]]) == 1.0
    assert krippendorff_alpha([["a", "a"], ["a", "a"]]) is None
