"""Lists as text: what is read, what is no list, and what looks like one and is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acclimate.objective.written_lists import list_in, parsed

LISTS = st.lists(st.none() | st.booleans() | st.integers() | st.text() | st.dictionaries(st.text(), st.text()))


@given(LISTS)
def test_lists_come_back_from_json_and_from_what_python_writes(some: list[Any]) -> None:
    assert list_in(json.dumps(some)) == list_in(f" {some!r}\n") == some


@pytest.mark.parametrize(
    "text", ["a", "", "[Other]", "[10-19]", "[ Smith et al ]", "[x] and [y]", "[1] said so", "(1, 2)"]
)
def test_what_is_no_list_stays_text(text: str) -> None:
    assert list_in(text) is None


@pytest.mark.parametrize(
    "text", ["['a' 'b']", "['a'\n 'b']", '["a", "b"', "['a', nan]", "[0 1 0]", "[ 0 10]", "[1. 0.5]", "['a', open('x')]", "['\\d']"]
)  # fmt: skip
def test_what_looks_like_a_list_and_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a list that neither JSON nor Python writes so"):
        list_in(text)


@pytest.mark.parametrize("text", ["[" * 100_000, "{" * 100_000, "(" * 100_000, "-" * 100_000 + "1"])
def test_no_depth_is_too_great_to_be_refused(text: str) -> None:
    with pytest.raises(ValueError, match="neither JSON"):
        parsed(text)
