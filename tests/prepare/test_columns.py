"""Columns as text and as numbers of distinct values."""

from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from acclimate.core.errors import UserError
from acclimate.prepare.columns import codes, encoded, first_come, need_all_values, need_values, texts
from tests.prepare.made import table


@given(st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.sampled_from([1, 2, None])), min_size=1))
def test_codes_number_combinations_in_the_order_of_their_coming(pairs: list[tuple[str | None, int | None]]) -> None:
    rows = table(x=[pair[0] for pair in pairs], y=pa.array([pair[1] for pair in pairs], pa.int64()).to_pylist())
    seen = list(dict.fromkeys(pairs))
    assert codes(rows, ["x", "y"]).tolist() == [seen.index(pair) for pair in pairs]


def test_codes_take_nested_values_and_several_chunks() -> None:
    rows = pa.concat_tables([table(x=[[1], [2]]), table(x=[[2], None])])
    assert codes(rows, ["x"]).tolist() == [0, 1, 1, 2]
    assert codes(rows, []).tolist() == [0, 0, 0, 0]


def test_a_column_of_no_type_and_a_table_of_no_rows() -> None:
    rows = table(x=["a", "b"]).append_column("n", pa.nulls(2))
    numbers, values = encoded(rows["n"])
    assert (numbers.tolist(), values, texts(rows, "n", "w")) == ([-1, -1], [], [None, None])
    assert codes(rows, ["n", "x"]).tolist() == [0, 1]
    assert texts(rows.slice(0, 0), "x", "w") == []


def test_encoded_reads_dictionaries() -> None:
    column = pa.chunked_array([pa.array(["a", None, "a"]).dictionary_encode()])
    numbers, values = encoded(column)
    assert numbers.tolist() == [0, -1, 0]
    assert values == ["a"]


def test_first_come() -> None:
    assert first_come(codes(table(x=["c", "a", "c", "b"]), ["x"])).tolist() == [0, 1, 0, 2]


@pytest.mark.parametrize(
    "values, said",
    [
        ([" NA ", "", " ", None], ["NA", None, None, None]),
        ([34.0, 0.1, float("nan"), None], ["34", "0.1", None, None]),
        ([7, None], ["7", None]),
        ([True], ["true"]),
        ([Decimal("1.50")], ["1.50"]),
        ([date(2020, 1, 31)], ["2020-01-31"]),
        ([datetime(2020, 1, 31), None], ["2020-01-31", None]),  # noqa: DTZ001 (as Arrow gives it)
        ([datetime(2020, 1, 31), datetime(2020, 1, 31, 8, 30)], ["2020-01-31T00:00:00", "2020-01-31T08:30:00"]),  # noqa: DTZ001
    ],
)
def test_values_as_text(values: list[object], said: list[str | None]) -> None:
    assert texts(table(x=values), "x", "w") == said


def test_texts_can_be_written_in_another_way_and_lists_cannot() -> None:
    assert texts(table(x=["a", None, "a"]), "x", "w", str.upper) == ["A", None, "A"]
    with pytest.raises(UserError, match="column 'x' holds list"):
        texts(table(x=[[1]]), "x", "w")


def test_columns_without_values_and_rows_without_a_value() -> None:
    rows = table(x=[None, None], y=["1", None])
    need_values(rows, ["y"], "w")
    with pytest.raises(UserError, match="column 'x' has no value in any of 2 rows"):
        need_values(rows, ["x", "y"], "w")
    with pytest.raises(UserError, match=r"column .y. is empty in x\.csv:2\n") as caught:
        need_all_values(rows, ["y"], "w", "fill it")
    assert caught.value.faults[0].do == "fill it"
