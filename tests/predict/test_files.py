"""Answers in files: what is empty in one chunk and not in the next, and columns that keep their type."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from acclimate.core.rows import Rows
from acclimate.predict.answers import Line
from acclimate.predict.files import write

FOUND = {"start": 0, "end": 7, "label": "Drug", "score": 0.5, "text": "aspirin"}
EMPTY_THEN_NOT: dict[str, list[Line]] = {
    "tag": [{"entities": []}, {"entities": [FOUND]}],
    "one": [
        {"label": None, "score": None, "scores": {"a": None, "b": None}},
        {"label": "a", "score": 0.75, "scores": {"a": 0.75, "b": 0.25}},
    ],
    "several": [{"labels": [], "scores": {"a": None}}, {"labels": ["a"], "scores": {"a": 0.75}}],
    "score": [{"score": None}, {"score": 1.5}],
    "extract": [{"answer": ""}, {"answer": "aspirin"}],
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


def _read(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".parquet":
        return list(pq.read_table(path).to_pylist())
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file)) if path.suffix == ".csv" else [json.loads(line) for line in file]
