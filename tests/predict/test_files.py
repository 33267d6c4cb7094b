"""Answers in files: what is empty in one chunk and not in the next, and columns that keep their type."""

from __future__ import annotations

import csv
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from acclimate.core.errors import UserError
from acclimate.core.rows import Rows
from acclimate.predict.answers import Line
from acclimate.predict.files import of_texts, write

FOUND = {"start": 0, "end": 7, "label": "Drug", "score": 0.5, "text": "aspirin"}
EMPTY_THEN_NOT: dict[str, list[Line]] = {
    "tag": [{"entities": []}, {"entities": [FOUND]}],
    "one": [
        {"label": None, "score": None, "scores": {"a": None, "b": None}},
        {"label": "a", "score": 0.75, "scores": {"a": 0.75, "b": 0.25}},
    ],
    "several": [{"labels": [], "scores": {"a": None}}, {"labels": ["a"], "scores": {"a": 0.75}}],
    "score": [{"score": None}, {"score": 1.5}],
    "extract": [
        {"answer": "", "start": None, "end": None, "score": None},
        {"answer": "aspirin", "start": 0, "end": 7, "score": 0.5},
    ],
    "write": [{"generated": "a", "generated_tokens": 1, "generated_cut": False}] * 2,
}


def chunks(answers: list[Line]) -> list[tuple[Rows, list[Line]]]:
    """Give a chunk of one row for each answer; the rows' columns are those of one table."""
    own = {"text": ["", "aspirin"], "note": pa.array([None, None], pa.null()), "who": [None, "p1"],
           "day": [None, date(2023, 11, 1)], "marks": [[], [{"of": 1}]]}  # fmt: skip
    rows = pa.table(own)
    return [(rows.slice(number, 1), [answer]) for number, answer in enumerate(answers)]


@pytest.mark.parametrize("kind", EMPTY_THEN_NOT)
def test_parquet_takes_no_type_from_what_a_chunk_happens_to_hold(kind: str, tmp_path: Path) -> None:
    answers = EMPTY_THEN_NOT[kind]
    for some in (answers, answers[::-1]):
        assert write(tmp_path / "x.parquet", chunks(some)) == 2
        found = pq.read_table(tmp_path / "x.parquet")
        assert [{key: row[key] for key in some[0]} for row in found.to_pylist()] == some
        assert found.schema.field("day").type == pa.date32()
        assert found.column("note").to_pylist() == [None, None]
        assert found.column("marks").to_pylist() == [[], [{"of": 1}]]


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_an_answer_never_takes_a_column_s_place(ending: str, tmp_path: Path) -> None:
    path, rows = tmp_path / f"x.{ending}", pa.table({"label": ["?", "!"], "text": ["a", "b"]})
    answers: list[Line] = [{"label": "a", "score": 0.5, "scores": {"a": 0.5}}] * 2
    assert write(path, [(rows.slice(0, 1), answers[:1]), (rows.slice(1), answers[1:])]) == 2
    assert [(row["label"], row["predicted_label"]) for row in _read(path)] == [("?", "a"), ("!", "a")]
    assert list(_read(path)[0]) == ["label", "text", "predicted_label", "score", "scores"]
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_earlier_answers_stay(ending: str, tmp_path: Path) -> None:
    path, rows = (
        tmp_path / f"x.{ending}",
        pa.table({"label": ["?"], "predicted_label": ["!"], "predicted_label_2": ["."]}),
    )
    write(path, [(rows, [{"label": "a"}])])
    (found,) = _read(path)
    assert found == {"label": "?", "predicted_label": "!", "predicted_label_2": ".", "predicted_label_3": "a"}


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_every_value_of_a_table_can_be_written(ending: str, tmp_path: Path) -> None:
    values = {
        "day": date(2023, 11, 1),
        "raw": b"\xff\x00",
        "sum": Decimal("1.10"),
        "none": float("nan"),
        "far": float("inf"),
    }
    path, rows = (
        tmp_path / f"x.{ending}",
        pa.table({"nested": [values], "pairs": [[values]], **{k: [v] for k, v in values.items()}}),
    )
    write(path, [(rows, [{"label": "a"}])])
    (found,) = _read(path)
    expected = {"day": "2023-11-01", "raw": "/wA=", "sum": "1.10", "none": None, "far": None}
    nested, pairs = (json.loads(one) if ending == "csv" else one for one in (found["nested"], found["pairs"]))
    assert (nested, pairs) == (expected, [expected])
    assert (found["day"], found["raw"], found["sum"]) == ("2023-11-01", "/wA=", "1.10")
    assert ending == "csv" or (found["none"], found["far"]) == (None, None)
    assert "NaN" not in path.read_text(encoding="utf-8")


def test_texts_are_rows_of_one_column(tmp_path: Path) -> None:
    given = [("line 1", "a"), ("line 3", "b")]
    write(tmp_path / "x.jsonl", of_texts(given, "prompt", lambda texts, names: [
        {"generated": f"{name}: {text}"} for name, text in zip(names, texts, strict=True)]))  # fmt: skip
    assert _read(tmp_path / "x.jsonl") == [
        {"prompt": "a", "generated": "line 1: a"},
        {"prompt": "b", "generated": "line 3: b"},
    ]
    with pytest.raises(UserError, match="no line came in"):
        write(tmp_path / "y.jsonl", of_texts([], "prompt", lambda texts, names: []))
    assert not (tmp_path / "y.jsonl").exists()


def _read(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".parquet":
        return list(pq.read_table(path).to_pylist())
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file)) if path.suffix == ".csv" else [json.loads(line) for line in file]
