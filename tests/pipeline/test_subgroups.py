import json
from pathlib import Path

import pyarrow as pa
import pytest

from acclimate.core.errors import UserError
from acclimate.core.rows import Rows, with_about
from acclimate.evaluate.section import Evaluate
from acclimate.evaluate.slices import Slice
from acclimate.pipeline.evaluate import eval_texts
from acclimate.pipeline.run import run
from acclimate.pipeline.subgroups import need_slices, row_labels
from tests.pipeline import tiny


def records() -> Rows:
    """Two records that keep their patient's column; sex and code stand only in the text."""
    table = pa.table(
        {
            "row_id": ["1", "2"], "_role": ["test"] * 2, "_group": ["1", "2"], "ward": ["north", None],
            "text": ["<p>sex:F</p><e>code:A</e><e>code:B</e>", "<p>sex:M</p><e>code:B</e>"],
            "header_chars": [12, 12], "cuts": [[12], [12]],
        }
    )  # fmt: skip
    return with_about(table, {"tags": ["<p>", "</p>", "<e>", "</e>"], "separator": ","})


def test_a_subgroup_is_a_column_or_the_first_value_of_a_key() -> None:
    rows = records()
    texts, _ = eval_texts(rows, "test", Evaluate())
    labels = {name: row_labels(Slice(column=name), texts, rows, "test") for name in ("ward", "sex", "code")}
    assert labels == {"ward": ["north", "missing"], "sex": ["F", "M"], "code": ["A", "B"]}


def test_a_slice_that_is_neither_is_said_with_what_there_is() -> None:
    rows = records()
    texts, _ = eval_texts(rows, "test", Evaluate())
    need_slices(Evaluate(slices=("ward", "sex", "code")), texts, rows)  # type: ignore[arg-type]
    with pytest.raises(UserError, match=r"evaluate\.slices: no column 'hospital'"):
        need_slices(Evaluate(slices=("hospital",)), texts, rows)  # type: ignore[arg-type]


def test_a_run_shows_its_subgroups(encoder: Path, tmp_path: Path) -> None:
    rows = [{**row, "sex": "FM"[number % 2], "age": number % 80} for number, row in enumerate(tiny.texts(130))]
    data = tiny.write_rows(tmp_path / "rows.jsonl", rows)  # type: ignore[arg-type]
    slices = ["sex", {"column": "age", "bands": [0, 40]}]
    evaluate = {"retention": None, "resamples": 100, "terms": None, "slices": slices}
    done = run(tiny.recipe(encoder, data, tmp_path / "run", evaluate=evaluate))
    lines = json.loads((done.folder / "scores.json").read_text())
    assert {line["slice"] for line in lines if "slice" in line and line["when"] == "after"} == {
        "sex=F", "sex=M", "age=0 to below 40", "age=40 or more",
    }  # fmt: skip
    parts = [line for line in lines if line["when"] == "before" and line["name"] == "masked_accuracy"]
    whole = next(line for line in parts if "slice" not in line)
    assert sum(line["n"] for line in parts if line.get("slice", "").startswith("sex=")) == whole["n"]
    assert [line["name"] for line in lines if line.get("primary")] == ["bits_per_byte"]
    for report in ("report.html", "report.md"):
        text = (done.folder / report).read_text()
        assert "Subgroups" in text
        assert "sex: F" in text
    assert "5-gram model of bytes" in (done.folder / "report.html").read_text()
