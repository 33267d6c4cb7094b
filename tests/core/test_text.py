import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from acclimate.core.text import (
    escape_value,
    field_spans,
    unescape_value,
    unit_of_tokens,
    value_spans,
    white_space_spans,
    word_spans,
)

RECORD = "<patient>age:34, sex:F</patient><event>code:E11.9, note:a\\, b</event>"


def pieces(text: str, spans: np.ndarray) -> list[str]:
    return [text[start:end] for start, end in spans]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("The patient's dose: 3.5 mg!", ["The", "patient's", "dose", ":", "3", ".", "5", "mg", "!"]),
        ("don’t go_on", ["don’t", "go_on"]),
        ("患者没有", ["患", "者", "没", "有"]),
        ("CT检查 ok", ["CT", "检", "查", "ok"]),
        ("ปวด", ["ป", "ว", "ด"]),
        ("naïve Ärzte", ["naïve", "Ärzte"]),
        ("", []),
        (" \n\t", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert pieces(text, word_spans(text)) == expected


def test_white_space_pieces() -> None:
    text = "  don't (F),\t2023-11-14 "
    assert pieces(text, white_space_spans(text)) == ["don't", "(F),", "2023-11-14"]


def test_fields_stand_between_separators_and_tags() -> None:
    assert pieces(RECORD, field_spans(RECORD, ",")) == ["age:34", "sex:F", "code:E11.9", "note:a\\, b"]


def test_values_are_what_follows_the_first_colon() -> None:
    assert pieces(RECORD, value_spans(RECORD)) == ["34", "F", "E11.9", "a\\, b"]
    text = "time:12:30, plain, empty: ,"
    assert pieces(text, value_spans(text)) == ["12:30", "plain"]


def test_only_tags_in_use_are_borders_where_they_are_listed() -> None:
    text = "<a>x <b> y</a>"
    assert pieces(text, field_spans(text, ",", ["<a>", "</a>"])) == ["x <b> y"]
    assert pieces(text, field_spans(text, ",")) == ["x", "y"]


def test_another_separator() -> None:
    text = "a:1; b:2,3"
    assert pieces(text, value_spans(text, ";")) == ["1", "2,3"]


@given(st.text(alphabet="a,;\\<>[/|]MASK_p:", max_size=20), st.sampled_from([",", ";", "|"]))
def test_escaped_values_hold_no_separator_and_no_tag_and_come_back(value: str, separator: str) -> None:
    written = escape_value(value, separator)
    assert unescape_value(written, separator) == value
    assert "<p>" not in written
    assert "</p>" not in written
    assert "[MASK]" not in written
    assume(not written.endswith("\\"))  # it would hide the separator that follows
    text = f"<t>k:{written}{separator} k2:x</t>"
    found = pieces(text, value_spans(text, separator, ["<t>", "</t>"]))
    assert found == ([written] if written else []) + ["x"], "its own separators are no borders"


@given(st.text(max_size=40))
def test_spans_are_in_order_and_never_overlap(text: str) -> None:
    for spans in (word_spans(text), white_space_spans(text), field_spans(text, ",")):
        flat = spans.reshape(-1).tolist()
        assert flat == sorted(flat)
        assert all(start < end for start, end in spans)
        assert flat == [] or (flat[0] >= 0 and flat[-1] <= len(text))


def test_a_token_belongs_to_the_first_unit_it_touches() -> None:
    spans = np.array([[0, 3], [4, 9], [9, 12]], dtype=np.int32)
    starts = np.array([0, 1, 3, 2, 4, 8, 12, 5], dtype=np.int32)
    ends = np.array([1, 3, 4, 5, 9, 10, 13, 5], dtype=np.int32)
    assert unit_of_tokens(spans, starts, ends).tolist() == [0, 0, -1, 0, 1, 1, -1, -1]
    assert unit_of_tokens(spans[:0], starts, ends).tolist() == [-1] * 8
