"""Roles by time: nothing of training is later than anything of test."""

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from acclimate.core.errors import UserError
from acclimate.core.rows import Counts
from acclimate.prepare.split import Split
from tests.prepare.made import table

DAYS = [f"2024-01-{day:02d}" for day in range(1, 11)]


def split(rows: pa.Table, **options: Any) -> tuple[pa.Table, Counts]:
    step = Split.model_validate({"by": "time", "time": "t", "validation": 0.2, "test": 0.3, **options})
    made, counts = step.apply(rows, "w", 0)
    counts.check("split")
    return made, counts


@pytest.mark.parametrize(
    "times",
    [DAYS, list(range(10)), [f"{day}T08:30:00Z" for day in DAYS], [0.5 * number for number in range(10)]],
)
def test_the_latest_rows_are_test_the_ones_before_validation(times: list[Any]) -> None:
    made, counts = split(table(t=[times[place] for place in (3, 9, 0, 7, 5, 1, 8, 2, 6, 4)]))
    by_time = dict(zip(made["t"].to_pylist(), made["_role"].to_pylist(), strict=True))
    assert [by_time[time] for time in times] == ["train"] * 5 + ["validation"] * 2 + ["test"] * 3
    assert counts == Counts(10, 10)
    assert made["_group"].to_pylist() == made["row_id"].to_pylist()


def test_equal_times_stay_together() -> None:
    made, _ = split(table(t=[1, 2, 3, 4, 5, 6, 7, 9, 9, 9, 9, 9]), test=0.1, validation=0.1)
    assert made["_role"].to_pylist() == ["train"] * 6 + ["validation"] + ["test"] * 5


def test_a_group_has_the_role_of_its_latest_row_and_loses_what_is_earlier() -> None:
    rows = table(p=["a", "b", "c", "d", "a", "c", "d", "d"], t=[1, 2, 3, 4, 5, 8, 6, 9])
    # Latest rows: b 2, a 5, c 8, d 9. Test from 9 on (d), validation from 8 on (c).
    made, counts = split(rows, group_by="p", test=0.25, validation=0.25)
    assert list(zip(made["p"].to_pylist(), made["t"].to_pylist(), made["_role"].to_pylist(), strict=True)) == [
        ("a", 1, "train"),
        ("b", 2, "train"),
        ("a", 5, "train"),
        ("c", 8, "validation"),
        ("d", 9, "test"),
    ]
    assert counts.removed == {
        "its group goes on in test, and it is from before": 2,
        "its group goes on in validation, and it is from before": 1,
    }


@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 30)), min_size=2, max_size=60),
    st.sampled_from([0.0, 0.1, 0.3]),
    st.sampled_from([0.1, 0.3]),
)
def test_training_is_before_validation_is_before_test(
    pairs: list[tuple[int, int]], validation: float, test: float
) -> None:
    rows = table(p=[f"p{one}" for one, _ in pairs], t=[time for _, time in pairs])
    try:
        made, _ = split(rows, group_by="p", validation=validation, test=test)
    except UserError as error:
        if "nothing is left for training" not in str(error):
            raise
        return
    times: dict[str, list[int]] = {"train": [], "validation": [], "test": []}
    groups: dict[str, set[str]] = {"train": set(), "validation": set(), "test": set()}
    for row in made.to_pylist():
        times[row["_role"]].append(row["t"])
        groups[row["_role"]].add(row["p"])
    assert times["train"]
    assert times["test"]
    assert bool(times["validation"]) == bool(validation)
    assert max(times["train"]) < min(times["validation"] or times["test"])
    assert max(times["validation"] or times["train"]) < min(times["test"])
    assert not groups["train"] & (groups["validation"] | groups["test"])
    assert not groups["validation"] & groups["test"]


def test_other_sources_keep_their_role() -> None:
    rows = table(role=["train"] * 6 + ["validation"], p=[*"abcdef", "f"], t=[1, 2, 3, 4, 5, 6, 0])
    made, counts = split(rows, group_by="p", validation=0, test=0.2)
    assert made["_role"].to_pylist() == ["train"] * 4 + ["test", "validation"]
    assert counts.removed == {"its group stands in the test or validation source": 1}


@pytest.mark.parametrize(
    "times, said",
    [
        (["2024-01-01"] * 5, r"w\.test: nothing is left for training: test takes the earliest of 5 groups"),
        ([1, 2], r"w\.validation: nothing is left for training"),
        (["2024-01-01", None, "2024-01-03"], r"w\.time: column 't' is empty in x\.csv:2"),
        (["2024-01-01", "soon", "2024-01-03"], r"w\.time: column 't' holds 'soon' and the like in x\.csv:2"),
    ],
)
def test_times_that_cannot_be_split(times: list[Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        split(table(t=times))


def test_a_column_that_is_not_there() -> None:
    with pytest.raises(UserError, match=r"w\.time: no column 'T'"):
        split(table(t=[1, 2, 3]), time="T")


@pytest.mark.parametrize(
    "options, place",
    [
        ({"time": None}, "time"),
        ({"by": "hash"}, "time"),
        ({"values": {"test": "x"}}, "values"),
        ({"column": "t"}, "column"),
    ],
)
def test_options_of_another_way_to_split(options: dict[str, Any], place: str) -> None:
    with pytest.raises(ValidationError) as caught:
        split(table(t=[1]), **options)
    assert [error["loc"] for error in caught.value.errors()] == [(place,)]
