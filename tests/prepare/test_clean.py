"""Texts written in one way."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from acclimate.core.errors import UserError
from acclimate.core.rows import Counts, about, with_about
from acclimate.prepare.clean import Clean
from tests.prepare.made import table


def clean(texts: list[str | None], **options: object) -> tuple[list[object], Counts]:
    rows, counts = Clean.model_validate(options).apply(table(text=texts), "phases.0.prepare.0", 0)
    counts.check("clean")
    return rows["text"].to_pylist(), counts


@pytest.mark.parametrize(
    "text, kept, on_one_line",
    [
        ("a\u0301", "á", "á"),
        ("a\x00b\x07c\x9fd\ufeffe", "abcde", "abcde"),
        (" a \t\u00a0\u3000 b ", "a b", "a b"),
        ("a \r\n b\rc", "a\nb\nc", "a b c"),
        ("a\n \n\t\n\x0cb", "a\n\nb", "a b"),
        ("a\u2028b\u0085c\x0bd", "a\nb\nc\nd", "a b c d"),
        ("👩\u200d⚕️ می\u200cخواهم", "👩\u200d⚕️ می\u200cخواهم", "👩\u200d⚕️ می\u200cخواهم"),
    ],
)
def test_one_way_to_write(text: str, kept: str, on_one_line: str) -> None:
    assert clean([text])[0] == [kept]
    assert clean([text], newlines="drop")[0] == [on_one_line]


@given(st.text(st.characters(codec="utf-8")).map(lambda text: f"x{text}x"), st.sampled_from(["keep", "drop"]))
def test_twice_is_once(text: str, newlines: str) -> None:
    once, _ = clean([text], newlines=newlines)
    again, counts = clean(once, newlines=newlines)  # type: ignore[arg-type]
    assert again == once
    assert counts.values == {}


def test_empty_and_short_texts_go_and_are_counted() -> None:
    texts, counts = clean(["abc", None, " \n", "ab", "\x00", " 患者 "], min_chars=3)
    assert texts == ["abc"]
    assert counts == Counts(
        6, 1, dropped={"empty text": 3}, removed={"under 3 characters": 2}, values={"text: written anew": 3}
    )


def test_nothing_left_is_an_error() -> None:
    with pytest.raises(UserError, match=r"no row would be left of 2: column 'text' is 1 empty, 1 under 5 characters"):
        clean(["", "abc"], min_chars=5)


def test_without_text_every_column_of_text_is_cleaned_and_no_row_goes() -> None:
    rows, counts = Clean().apply(table(a=["x  y", " "], n=[1, 2]), "w", 0)
    assert rows.to_pylist() == [
        {"row_id": "x.csv:1", "_role": "train", "a": "x y", "n": 1},
        {"row_id": "x.csv:2", "_role": "train", "a": None, "n": 2},
    ]
    assert counts == Counts(2, 2, values={"a: written anew": 2})
    with pytest.raises(UserError, match="there is no column 'text'"):
        Clean(min_chars=1).apply(table(a=["x"]), "w", 0)


def test_tagged_texts_keep_every_character() -> None:
    rows = table(text=["<a>x:1  2</a>", ""], header_chars=[3, 0], cuts=[[3], []])
    made, counts = Clean().apply(with_about(rows, {"tags": ["<a>"]}), "w", 0)
    assert made["text"].to_pylist() == ["<a>x:1  2</a>"]
    assert about(made) == {"tags": ["<a>"]}
    assert counts == Counts(2, 1, dropped={"empty text": 1})


def test_one_column_can_be_named() -> None:
    rows, _ = Clean(column="note").apply(table(text=["a  b", "c"], note=["x  y", ""]), "w", 0)
    assert rows.select(["text", "note"]).to_pylist() == [{"text": "a  b", "note": "x y"}]


@pytest.mark.parametrize(
    "name, said", [("nota", r"did you mean note\?"), ("n", "holds int64"), ("row_id", "holds string")]
)
def test_columns_that_hold_no_text(name: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        Clean(column=name).apply(table(note=["x"], n=[1]), "w", 0)


def test_large_text_is_text() -> None:
    rows = table(x=["a"]).append_column("text", pa.array(["a  b"], pa.large_string()))
    assert Clean().apply(rows, "w", 0)[0]["text"].to_pylist() == ["a b"]
