"""Texts written in one way."""

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from acclimate.core.errors import UserError
from acclimate.core.rows import Counts, about, with_about
from acclimate.prepare.clean import Clean
from acclimate.sources.csv import Csv
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
    with pytest.raises(UserError, match=r"no row would be left of 2 \(empty text: 1, under 5 characters: 1\)"):
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


@pytest.mark.parametrize(
    "cell, kept",
    [
        ([{"start": 0, "end": 4, "label": "X"}], True),
        ('[{"start": 0, "end": 4, "label": "X"}]', True),
        ("[[0, 4, 'X']]", True),
        (["a", "b"], False),
        ("a, b", False),
    ],
)
def test_texts_in_which_spans_are_marked_keep_every_character(cell: Any, kept: bool) -> None:
    made, _ = Clean().apply(table(text=["a  b"], entities=[cell]), "w", 0)
    assert made["text"].to_pylist() == ["a  b" if kept else "a b"]


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


MEDICAL = """Question,Answer
什么是糖尿病?,糖尿病是一种慢性疾病。
 什么是糖尿病? ,又一个回答。
"  ",没有问题。
流感的症状有哪些?,
流感的症状有哪些?,发热、咳嗽和全身疼痛。
流感的症状有哪些?,发烧。
"""


@pytest.mark.parametrize(
    "keep, answers",
    [("first", ["糖尿病是一种慢性疾病。", "发热、咳嗽和全身疼痛。"]), ("last", ["又一个回答。", "发烧。"])],
)
def test_questions_and_answers_of_seed_002(tmp_path: Any, keep: str, answers: list[str]) -> None:
    """Its own three lines: dropna, no empty question, drop_duplicates(subset="Question")."""
    (tmp_path / "medical_qa_chinese.csv").write_text(MEDICAL, encoding="utf-8")
    rows, _ = Csv(path=str(tmp_path / "medical_qa_chinese.csv")).read("sources.train")
    rows = rows.append_column("_role", pa.array(["train"] * rows.num_rows))
    step = Clean.model_validate({"required": ["Question", "Answer"], "keys": "Question", "keep": keep})
    made, counts = step.apply(rows, "w", 0)
    counts.check("clean")
    assert made["Question"].to_pylist() == ["什么是糖尿病?", "流感的症状有哪些?"]
    assert made["Answer"].to_pylist() == answers
    assert counts.removed == {
        "no value in 'Question'": 1,
        "no value in 'Answer'": 1,
        "Question as in another row": 2,
    }
    assert not counts.dropped


def test_missing_is_null_not_a_number_and_white_space() -> None:
    rows = table(a=["x", "y", "z", "v", "w"], n=[1.0, float("nan"), None, 0.0, 2.0], t=["p", "q", "r", " ", "s"])
    made, counts = Clean(required=("n", "t"), column="a").apply(rows, "w", 0)
    assert made["a"].to_pylist() == ["x", "w"]
    assert counts.removed == {"no value in 'n'": 2, "no value in 't'": 1}


def test_nan_as_text_is_missing_where_a_value_is_required_and_nowhere_else() -> None:
    rows = table(text=["nan", "b", "c", "d"], label=["x", "NaN ", "nan", "nano"])
    made, counts = Clean(required="label", keys="text").apply(rows, "w", 0)
    assert made["text"].to_pylist() == ["nan", "d"]
    assert counts.removed == {"no value in 'label'": 2}


def test_a_row_without_a_key_is_no_copy_and_test_goes_before_training() -> None:
    rows = table(
        role=["train", "train", "train", "test", "train"], text=["a", "b", "c", "d", "e"], k=[None, None, "1", "1", "2"]
    )
    made, counts = Clean(keys=("k",)).apply(rows, "w", 0)
    assert made["text"].to_pylist() == ["a", "b", "d", "e"]
    assert counts.removed == {"k as in another row": 1}


def test_keys_of_several_columns_are_equal_only_together() -> None:
    rows = table(text=list("abc"), x=["1", "1", "1"], y=["2", "3", "2"])
    assert Clean(keys=("x", "y")).apply(rows, "w", 0)[0]["text"].to_pylist() == ["a", "b"]


@pytest.mark.parametrize(
    "options, said", [({"keys": "q"}, "w.keys: no column 'q'"), ({"required": "q"}, "w.required: no column 'q'")]
)
def test_columns_that_are_not_there(options: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        Clean.model_validate(options).apply(table(text=["a"]), "w", 0)


def test_required_columns_without_any_value_leave_nothing() -> None:
    with pytest.raises(UserError, match=r"no row would be left of 2 \(no value in 'b': 2\)"):
        Clean(required=("b",)).apply(table(a=["x", "y"], b=[None, None]), "w", 0)
