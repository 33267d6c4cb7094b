import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from acclimate.evaluate.change import Bootstrap
from acclimate.evaluate.scores import Place
from acclimate.evaluate.section import Evaluate
from acclimate.evaluate.slices import Slice, keys_of, slice_lines, subgroups
from tests.evaluate.arms import record, sums, text

PLACE = Place("adapt", "test", "patient")
FEW = Bootstrap(resamples=200)


@pytest.mark.parametrize(
    "value, expected",
    [(0, "0 to below 18"), (17.9, "0 to below 18"), ("18", "18 to below 65"), (65, "65 or more"), (-1, "below 0"),
     (None, "missing"), ("", "missing"), ("old", "missing"), (float("nan"), "missing")],
)  # fmt: skip
def test_numbers_lie_in_bands(value: object, expected: str) -> None:
    assert Slice(column="age", bands=(0, 18, 65)).label(value) == expected


def test_other_values_are_their_own_subgroup() -> None:
    assert [Slice(column="sex").label(value) for value in ("F", " F ", None, 3)] == ["F", "F", "missing", "3"]


def test_a_recipe_names_columns_or_bands() -> None:
    read = Evaluate(slices=["sex", {"column": "age", "bands": [0, 18]}])  # type: ignore[arg-type]
    assert read.slices == (Slice(column="sex"), Slice(column="age", bands=(0, 18)))
    assert Evaluate(slices="sex").slices == (Slice(column="sex"),)  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="numbers that rise"):
        Slice(column="age", bands=(18, 0))


def test_a_record_says_the_first_value_of_a_key() -> None:
    assert keys_of(record()) == {"age": "34", "sex": "F", "code": "E11", "drug": "(new)"}
    assert keys_of(text("age:34")) == {}


@given(st.lists(st.sampled_from("abcdef"), max_size=80))
def test_no_subgroup_of_fewer_than_ten_groups_is_shown(labels: list[str]) -> None:
    names = [str(number) for number in range(len(labels))]
    shown = subgroups("sex", names, dict(zip(names, labels, strict=True))).label_G
    assert all(shown.count(label) >= 10 for label in set(shown) - {""})
    assert all(one in (label, "other", "") for one, label in zip(shown, labels, strict=True))


def two_arms(label_G: tuple[str, ...]) -> dict[str, list]:
    """A has 1 bit a byte, B 3; B wins 1 bit, A none, but for some noise."""
    random = np.random.Generator(np.random.PCG64(0))
    noise = 0.01 * random.standard_normal((2, len(label_G)))
    before = [{"A": 1.0}.get(label, 3.0) + one for label, one in zip(label_G, noise[0], strict=True)]
    after = [{"A": 1.0}.get(label, 2.0) + one for label, one in zip(label_G, noise[1], strict=True)]
    ten = np.full(len(label_G), 10.0)
    return {"before": [sums(10 * np.array(before), ten)], "after": [sums(10 * np.array(after), ten)]}


def test_scores_change_and_gap_of_each_subgroup() -> None:
    labels = ["A"] * 25 + ["B"] * 30 + ["C"] * 12 + ["D"] * 4
    names = [f"g{number}" for number in range(len(labels))]
    of = subgroups("ward", names, dict(zip(names, labels, strict=True)))
    assert of.label_G[-4:] == ("",) * 4, "four that are no ten together are left out"
    found = slice_lines(PLACE, two_arms(tuple(labels)), of, FEW)
    by = {(line.slice, line.when): line for line in found if line.when != "gap"}
    assert {part for part, _ in by} == {"ward=A", "ward=B", "ward=C"}
    assert by["ward=A", "before"].value == pytest.approx(1.0, abs=0.01)
    assert by["ward=B", "change"].value == pytest.approx(-1.0, abs=0.01)
    assert (by["ward=B", "change"].groups, by["ward=B", "change"].n, by["ward=B", "change"].primary) == (30, 300, False)
    assert by["ward=B", "change"].low is not None
    assert by["ward=C", "change"].low is None, "fewer than 20 groups"
    adapted, change = (line for line in found if line.when == "gap")
    assert (adapted.slice, adapted.against, change.slice, change.against) == (
        "ward: B - A",
        None,
        "ward: A - B",
        "base",
    )
    assert adapted.value == pytest.approx(1.0, abs=0.01)
    assert change.value == pytest.approx(1.0, abs=0.01)
    assert adapted.low is not None
    assert adapted.high is not None
    assert adapted.low < adapted.value < adapted.high < 1.1
    assert adapted.groups == 55


def test_one_subgroup_has_no_gap() -> None:
    names = [f"g{number}" for number in range(40)]
    of = subgroups("ward", names, dict.fromkeys(names, "A"))
    assert not [line for line in slice_lines(PLACE, two_arms(("A",) * 40), of, FEW) if line.when == "gap"]
