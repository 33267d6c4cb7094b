"""Fields in text: any value comes back as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acclimate.core.text import field_spans, unescape_value, value_spans
from acclimate.prepare.tagged_text import write_field

TAGS = ("<a>", "</a>")
VALUES = st.text(st.sampled_from(list("<[/|]>\\,;: aEV\n患é"))) | st.text(st.characters(codec="utf-8"))


@given(st.lists(VALUES.map(str.strip).filter(bool), min_size=1, max_size=5), st.sampled_from(",;|"))
def test_any_values_come_back(values: list[str], separator: str) -> None:
    fields = [write_field(f"k{number}:", separator, value) for number, value in enumerate(values)]
    text = "<a>" + f"{separator} ".join(fields) + "</a>"
    for tags in (TAGS, ()):
        spans = value_spans(text, separator, tags)
        assert [unescape_value(text[begin:end], separator).strip() for begin, end in spans] == values
        keys = [text[begin:end].partition(":")[0] for begin, end in field_spans(text, separator, tags)]
        assert keys == [f"k{number}" for number in range(len(values))]


@pytest.mark.parametrize(
    "value, written",
    [
        ("C, D", "k:C\\, D"),
        ("a</event>b", "k:a<\\/event>b"),
        ("[MASK]", "k:[\\MASK]"),
        ("x < 3 [sic]", "k:x < 3 [sic]"),
        ("end\\", "k:end\\ "),
    ],
)
def test_what_is_escaped(value: str, written: str) -> None:
    assert write_field("k:", ",", value) == written
