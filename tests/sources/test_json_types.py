"""One Arrow type a key, or the two lines that disagree."""

import pyarrow as pa
import pytest

from acclimate.core.errors import UserError
from acclimate.sources.json_types import column_of

PLACES = [f"x.jsonl, line {number}" for number in range(1, 6)]


def test_nested_values_stay_nested() -> None:
    values = [{"a": [1, 2], "b": None}, None, {"a": [], "c": "x"}]
    column = column_of(values, "k", PLACES[:3])
    assert column.type.field("a").type == pa.list_(pa.int64())
    assert column.to_pylist() == [{"a": [1, 2], "b": None, "c": None}, None, {"a": [], "b": None, "c": "x"}]


def test_whole_numbers_beside_fractions_are_fractions() -> None:
    assert column_of([1, 2.5], "k", PLACES[:2]).to_pylist() == [1.0, 2.5]


@pytest.mark.parametrize(
    "values, said",
    [
        ([None, 1, "a"], "x.jsonl, line 3: key 'k' holds text, in x.jsonl, line 2 it holds a number"),
        ([True, 1], "line 2: key 'k' holds a number, in x.jsonl, line 1 it holds a truth value"),
        ([[1], {"a": 1}], "line 2: key 'k' holds an object, in x.jsonl, line 1 it holds a list"),
        ([[1], [2, "a"]], "line 2: key 'k[]' holds text, in x.jsonl, line 1 it holds a number"),
        ([{"a": {"b": 1}}, {"c": 1}, {"a": {"b": "x"}}], "line 3: key 'k.a.b' holds text, in x.jsonl, line 1"),
        ([2**70], "the values of key 'k' have no common type"),
    ],
)
def test_the_first_two_that_disagree_are_named(values: list[object], said: str) -> None:
    with pytest.raises(UserError) as caught:
        column_of(values, "k", PLACES[: len(values)])
    assert said in str(caught.value)
