"""At most so many rows: which, how many of each class, what is refused."""

from collections import Counter
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sklearn.model_selection import train_test_split

from acclimate.core.errors import UserError
from acclimate.core.rows import Counts
from acclimate.core.seeds import hash64
from acclimate.prepare.sample import Sample, proportional
from tests.prepare.made import table


def sample(rows: pa.Table, seed: int = 0, **options: Any) -> tuple[pa.Table, Counts]:
    made, counts = Sample.model_validate(options).apply(rows, "w", seed)
    counts.check("sample")
    return made, counts


def ids(rows: pa.Table) -> list[str]:
    found: list[str] = rows["row_id"].to_pylist()
    return found


def test_the_smallest_hashes_in_the_order_of_the_rows() -> None:
    rows = table(text=[str(number) for number in range(50)])
    made, counts = sample(rows, seed=3, max_train_samples=7)
    smallest = set(sorted(ids(rows), key=lambda name: hash64("sample", 3, name))[:7])
    assert ids(made) == [name for name in ids(rows) if name in smallest]
    assert counts == Counts(50, 7, removed={"over max_train_samples": 43})
    assert ids(sample(rows, seed=4, max_train_samples=7)[0]) != ids(made)


@given(st.integers(1, 30), st.integers(0, 30), st.integers(0, 5))
def test_more_rows_only_push_out(cap: int, more: int, seed: int) -> None:
    few, many = (table(text=["x"] * count) for count in (40, 40 + more))
    old, new = (set(ids(sample(rows, seed=seed, max_train_samples=cap)[0])) for rows in (few, many))
    added = set(ids(many)) - set(ids(few))
    assert len(new) == cap
    assert new - added <= old


def test_each_role_has_its_own_cap_and_a_cap_above_changes_nothing() -> None:
    rows = table(role=["train"] * 6 + ["validation"] * 4 + ["test"] * 3, text=["x"] * 13)
    made, counts = sample(rows, max_train_samples=2, max_validation_samples=9, max_test_samples=1)
    assert Counter(made["_role"].to_pylist()) == {"train": 2, "validation": 4, "test": 1}
    assert counts.removed == {"over max_train_samples": 4, "over max_test_samples": 2}
    assert sample(rows)[0].equals(rows)


@pytest.mark.parametrize(
    "options, expected",
    [
        ({}, {"a": 6, "b": 3, "c": 1}),
        ({"stratify_by": "label"}, {"a": 6, "b": 3, "c": 1}),
        ({"stratify_by": "sex"}, {"f": 5, "m": 5}),
    ],
)
def test_classes_keep_their_shares(options: dict[str, Any], expected: dict[str, int]) -> None:
    rows = table(text=["x"] * 100, label=["a"] * 60 + ["b"] * 37 + ["c"] * 3, sex=["f", "m"] * 50)
    made, _ = sample(rows, max_train_samples=10, **options)
    assert Counter(made[options.get("stratify_by", "label")].to_pylist()) == expected


def test_without_classes_if_asked() -> None:
    rows = table(text=["x"] * 100, label=["a"] * 50 + ["b"] * 50)
    smallest = sorted(ids(rows), key=lambda name: hash64("sample", 0, name))[:9]
    assert set(ids(sample(rows, max_train_samples=9, stratify_by="none")[0])) == set(smallest)


@pytest.mark.parametrize(
    "sizes, seats, expected",
    [
        ([60, 37, 3], 10, [6, 3, 1]),  # exact 6, 3.7, 0.3: the one that c needs comes from b, whose 4 was rounded up
        ([50, 50], 5, [3, 2]),
        ([97, 1, 1, 1], 4, [1, 1, 1, 1]),
        ([97, 1, 1, 1], 3, [3, 0, 0, 0]),
        ([2, 3, 5], 10, [2, 3, 5]),
    ],
)
def test_largest_remainders_by_hand(sizes: list[int], seats: int, expected: list[int]) -> None:
    assert proportional(sizes, seats) == expected


@given(st.lists(st.integers(1, 30), min_size=1, max_size=8), st.data())
def test_seats_are_all_dealt_out_and_no_class_gets_more_than_it_has(sizes: list[int], data: Any) -> None:
    seats = data.draw(st.integers(1, sum(sizes)))
    dealt = proportional(sizes, seats)
    assert sum(dealt) == seats
    assert all(have <= size for have, size in zip(dealt, sizes, strict=True))
    if seats >= len(sizes):
        assert min(dealt) >= 1


def grouped(sizes: dict[str, int]) -> pa.Table:
    groups = [group for group, size in sizes.items() for _ in range(size)]
    return table(text=["x"] * len(groups), label=groups).append_column("_group", pa.array(groups))


def test_whole_groups_up_to_the_cap() -> None:
    sizes = {f"p{number}": 1 + number % 4 for number in range(40)}
    made, counts = sample(grouped(sizes), max_train_samples=30, by="group")
    order = sorted(sizes, key=lambda group: hash64("sample", 0, group))
    taken = Counter(made["_group"].to_pylist())
    assert set(taken) == set(order[: len(taken)])
    assert all(sizes[group] == count for group, count in taken.items())
    assert made.num_rows <= 30 < made.num_rows + sizes[order[len(taken)]]
    assert sum(counts.removed.values()) == sum(sizes.values()) - made.num_rows


@pytest.mark.parametrize(
    "options, said",
    [
        ({"max_test_samples": 3}, r"w\.max_test_samples: there are no test rows here"),
        ({"max_train_samples": 1, "by": "group"}, r"'p', alone has 3 rows"),
        ({"max_train_samples": 1, "stratify_by": "labl"}, r"no column 'labl'; did you mean label\?"),
    ],
)
def test_what_cannot_be_chosen(options: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        sample(grouped({"p": 3}), **options)


def test_groups_need_a_split() -> None:
    with pytest.raises(UserError, match="no column '_group'"):
        sample(table(text=["x", "y"]), max_train_samples=1, by="group")


@pytest.mark.parametrize("options", [{"max_train_samples": 0}, {"by": "group", "stratify_by": "label"}])
def test_faults_of_the_recipe(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Sample.model_validate(options)


@pytest.mark.parametrize("cap", [7, 20, 33, 90])
def test_as_many_of_each_class_as_scikit_learn_takes(cap: int) -> None:
    labels = ["a"] * 61 + ["b"] * 29 + ["c"] * 13
    rows = table(text=["x"] * len(labels), label=labels)
    theirs = train_test_split(labels, train_size=cap, stratify=labels, random_state=0)[0]
    ours = sample(rows, max_train_samples=cap)[0]["label"].to_pylist()
    assert Counter(ours) == Counter(theirs)
