import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from acclimate.core.entities import merge_entities, number_units

A, END_A, B, END_B, X = 100, 101, 200, 201, 7
PAIRS = [(A, END_A), (B, END_B)]


def merged(ids: list[int], units: list[int], never: list[bool] | None = None) -> list[int]:
    marks = None if never is None else np.array(never, dtype=np.bool_)
    return merge_entities(np.array(ids), np.array(units, dtype=np.int32), PAIRS, marks).tolist()


@pytest.mark.parametrize(
    "ids, units, expected",
    [
        ([X, A, X, X, END_A, X], [0, -1, 1, 2, -1, 3], [0, -1, 1, 1, -1, 2]),
        ([A, X, X, END_A, B, X, X, END_B], [-1, 0, 1, -1, -1, 2, 3, -1], [-1, 0, 0, -1, -1, 1, 1, -1]),
        ([A, X, B, X, END_B, X, END_A, X], [-1, 0, -1, 1, -1, 2, -1, 3], [-1, 0, -1, 0, -1, 0, -1, 1]),
        ([X, END_A, X, X], [0, -1, 1, 2], [0, -1, 1, 2]),
        ([X, A, X, X], [0, -1, 1, 2], [0, -1, 1, 1]),
        ([X, A, END_A, X], [0, -1, -1, 1], [0, -1, -1, 1]),
        ([A, X, A, X, END_A, X], [-1, 0, -1, 1, -1, 2], [-1, 0, -1, 0, -1, 1]),
        ([X, X, X], [0, 0, 1], [0, 0, 1]),
        ([], [], []),
    ],
    ids=["one", "two", "nested: outermost", "end alone", "not closed", "empty", "begun twice", "none", "no tokens"],
)
def test_what_stands_between_start_and_end_becomes_one_unit(
    ids: list[int], units: list[int], expected: list[int]
) -> None:
    assert merged(ids, units) == expected


def test_a_separator_inside_stays_visible_unless_it_may_be_hidden() -> None:
    ids, units = [A, X, X, X, END_A], [-1, 0, -1, 1, -1]
    assert merged(ids, units) == [-1, 0, -1, 0, -1]
    assert merged(ids, units, [True, False, False, False, True]) == [-1, 0, 0, 0, -1]


def test_start_and_end_are_never_hidden_even_where_they_had_a_unit() -> None:
    assert merged([A, X, END_A], [0, 1, 2]) == [-1, 0, -1]


def test_a_unit_around_an_entity_falls_apart() -> None:
    assert merged([X, A, X, END_A, X], [0, 0, 0, 0, 0]) == [0, -1, 1, -1, 2]


@given(st.lists(st.tuples(st.sampled_from([A, END_A, B, END_B, X]), st.booleans(), st.booleans())))
def test_units_are_counted_from_0_without_gaps_and_nothing_new_is_hidden(tokens: list[tuple[int, bool, bool]]) -> None:
    ids = [token for token, _, _ in tokens]
    names = np.cumsum([new for _, new, _ in tokens], dtype=np.int64)
    units = number_units(names, np.array([never for _, _, never in tokens], dtype=np.bool_))
    result = np.array(merged(ids, units.tolist()))
    kept = result[result >= 0]
    assert np.unique(kept).tolist() == list(range(len(np.unique(kept))))
    assert (np.diff(kept) >= 0).all()
    assert not (result[np.isin(ids, [A, END_A, B, END_B])] >= 0).any()
    assert not (result[units < 0] >= 0).any()


def test_number_units_counts_names_in_order_and_across_tokens_of_none() -> None:
    names = np.array([5, 5, 9, 5, 5, 5])
    never = np.array([False, True, False, False, True, False])
    assert number_units(names, never).tolist() == [0, -1, 1, 2, -1, 2]
