"""Questions of SQuAD's own files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from acclimate.objective.extract import Extract
from acclimate.sources.json import Json
from acclimate.sources.json_array import Item
from acclimate.sources.json_questions import questions

ANSWER = {"text": "ulcer", "answer_start": 3}
ARTICLES = [
    {"title": "T", "paragraphs": [
        {"context": "an ulcer", "qas": [
            {"id": "1", "question": "what?", "answers": [ANSWER], "is_impossible": False},
            {"id": "2", "question": "who?", "answers": [], "is_impossible": True, "plausible_answers": [ANSWER]},
        ]},
        {"context": "nobody asks", "qas": []},
    ]},
    {"title": "U", "paragraphs": [{"context": "one ulcer", "qas": [{"id": "3", "question": "how many?", "answers": []}]}]},
]  # fmt: skip


def test_each_question_is_a_row_that_extract_reads(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(json.dumps({"version": "v2.0", "data": ARTICLES}), encoding="utf-8")
    rows, counts = Json(path=str(tmp_path / "x.json"), field="data").read("sources.train")
    assert rows["row_id"].to_pylist() == ["x.json:1", "x.json:2", "x.json:3"]
    assert rows.select(["title", "context", "question", "id"]).to_pylist() == [
        {"title": "T", "context": "an ulcer", "question": "what?", "id": "1"},
        {"title": "T", "context": "an ulcer", "question": "who?", "id": "2"},
        {"title": "U", "context": "one ulcer", "question": "how many?", "id": "3"},
    ]
    assert (counts.rows_in, counts.rows_out) == (3, 3)
    shaped, _, _ = Extract().shape(rows, "objective")
    assert shaped["right_answers"].to_pylist() == [[{"text": "ulcer", "start": 3}], [], []]


def test_other_objects_stay_as_they_are() -> None:
    others: list[dict[str, Any]] = [
        {"a": 1},
        {"paragraphs": ["text"]},
        {"paragraphs": [{"context": "c"}]},
        {"paragraphs": []},
        {},
    ]
    items = [Item(one, 10) for one in others]
    assert list(questions(items)) == items
