"""Which columns a trained model reads: those that training read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from acclimate.core.registry import resolve
from acclimate.core.rows import columns_read
from tests.pipeline import tiny
from tests.pipeline.test_predict import TEXTS, labelled, trained_on

SPAN = [{"start": 0, "end": 1, "label": "X"}]
READ: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    ("classify", {"Review": "a", "label": "b"}, {"text_column": "Review"}),
    ("classify", {"premise": "a", "hypothesis": "b", "label": "c"}, {"text_column": "premise", "text_pair_column": "hypothesis"}),
    ("tag", {"sentence": "a", "entities": SPAN}, {"text_column": "sentence"}),
    ("tag", {"tokens": ["a"], "text": "a", "tags": ["B-X"]}, {"text_column": "text", "tokens_column": "tokens"}),
    ("tag", {"words": ["a"], "tags": ["B-X"]}, {"tokens_column": "words"}),
    ("extract", {"query": "a", "passage": "b", "answer": "b"}, {"question_column": "query", "context_column": "passage"}),
]  # fmt: skip


@pytest.mark.parametrize("name, row, read", READ)
def test_a_task_says_what_it_read(name: str, row: dict[str, Any], read: dict[str, str]) -> None:
    task = resolve("objective", name)()
    made, _, _ = task.shape(pa.table({"row_id": ["1"], **{key: [value] for key, value in row.items()}}), "here")
    assert columns_read(made) == read
    assert {*read} <= {*type(task).model_fields}


def test_the_column_that_training_found_is_read(encoder: Path, tmp_path: Path) -> None:
    rows = [{"review": row["text"], "label": row["label"], "hypothesis": row["ward"]} for row in labelled()]
    loaded = trained_on(encoder, tmp_path, rows)
    one, two = ({"review": text, "hypothesis": "w1"} for text in TEXTS)
    said = loaded.predict([one, two])
    others = [{"text": f"ID-{number}", "text_pair": f"x {number} " * 9, **row} for number, row in enumerate((one, two))]
    assert loaded.predict(others) == said
    (chunk,) = loaded.predict_file(str(tiny.write_rows(tmp_path / "in.jsonl", others)))
    assert chunk[1] == said
    assert loaded.predict([{"text": text, "text_pair": "w1", "who": "x"} for text in TEXTS]) == said, "usual names"
    assert [line["label"] for line in loaded.predict([{"text": "", **one}, {"text": TEXTS[1], **one, "review": None}])] == [
        said[0]["label"], None]  # fmt: skip


def test_texts_beside_rows_are_what_training_found(encoder: Path, tmp_path: Path) -> None:
    loaded = trained_on(encoder, tmp_path, [{"review": row["text"], "label": row["label"]} for row in labelled()])
    alone = loaded.predict(TEXTS)
    assert loaded.predict([TEXTS[0], {"review": TEXTS[1], "text": "ID-7"}]) == alone
    assert loaded.predict([TEXTS[0], {"text": TEXTS[1], "who": "x"}]) == alone
    assert loaded.predict([{"note": one} for one in TEXTS]) == alone, "one column alone"
