"""Whatever is wrong with recipe, data, model, folder, disk or network: a message, exit code 2, nothing half-written."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline import tiny

Refused = Callable[..., str]


def test_a_missing_file(refused: Refused, encoder: Path, tmp_path: Path) -> None:
    (tmp_path / "visits.csv").write_text("text\na\n", encoding="utf-8")
    said = refused(tiny.recipe(encoder, tmp_path / "visit.csv", tmp_path / "out"))
    assert "phases.0.sources.train.path: no such file or folder" in said
    assert "did you mean visits.csv?" in said


@pytest.mark.parametrize("name", ["x.csv", "x.jsonl", "x.txt", "x.parquet"])
def test_an_empty_file(name: str, refused: Refused, encoder: Path, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"")
    said = refused(tiny.recipe(encoder, tmp_path / name, tmp_path / "out"))
    assert "empty" in said
    assert name in said or "phases.0.sources.train" in said


def test_a_header_without_rows(refused: Refused, encoder: Path, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("text,source\n", encoding="utf-8")
    assert "not one row" in refused(tiny.recipe(encoder, tmp_path / "x.csv", tmp_path / "out"))


COLUMNS: dict[str, tuple[Any, str]] = {
    "split": ({"name": "split", "group_by": "patiant"}, "phases.0.prepare.0.group_by: no column 'patiant'; did you mean patient?"),
    "tagged": ({"name": "tagged", "group_by": "patient", "body": {"tag": "v", "each": {"tag": "e", "fields": "cod"}}},
               "no column 'cod'; did you mean code?"),
    "clean": ({"name": "clean", "column": "notes"}, "no column 'notes'"),
    "deduplicate": ({"name": "deduplicate", "columns": "notes"}, "no column 'notes'"),
    "sql": ({"name": "sql", "query": "select cod from train"}, "cod"),
}  # fmt: skip


@pytest.mark.parametrize("step", COLUMNS)
def test_no_such_column(step: str, refused: Refused, encoder: Path, tmp_path: Path) -> None:
    events = tiny.write_rows(tmp_path / "events.jsonl", tiny.events(5))
    written, expected = COLUMNS[step]
    said = refused(tiny.recipe(encoder, events, tmp_path / "out", prepare=[written]))
    assert expected in said
    assert "phases.0.prepare.0" in said


def test_rows_without_a_text(refused: Refused, encoder: Path, tmp_path: Path) -> None:
    events = tiny.write_rows(tmp_path / "events.jsonl", tiny.events(5))
    said = refused(tiny.recipe(encoder, events, tmp_path / "out", prepare=[]))
    assert "no column 'text'" in said
    assert "patient" in said, "the columns there are"


@pytest.mark.parametrize("prepare", [[], ["clean"], ["split"]])
def test_a_column_of_nulls(prepare: list[str], refused: Refused, encoder: Path, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(
        "text,source\n" + "".join(f",s{number}\n" for number in range(40)), encoding="utf-8"
    )
    said = refused(tiny.recipe(encoder, tmp_path / "x.csv", tmp_path / "out", prepare=prepare))
    assert "text" in said
    assert "40" in said


def test_a_field_of_nulls_in_tagged_records(refused: Refused, encoder: Path, tmp_path: Path) -> None:
    lines = "".join(f"p{number},\n" for number in range(40))
    (tmp_path / "x.csv").write_text("patient,code\n" + lines, encoding="utf-8")
    tagged = {"name": "tagged", "group_by": "patient", "body": {"tag": "v", "each": {"tag": "e", "fields": "code"}}}
    said = refused(tiny.recipe(encoder, tmp_path / "x.csv", tmp_path / "out", prepare=[tagged]))
    assert "code" in said


@pytest.mark.parametrize("name", ["x.csv", "x.jsonl", "x.txt"])
def test_not_utf_8(name: str, refused: Refused, encoder: Path, tmp_path: Path) -> None:
    text = {
        "x.csv": "text\na\nna\u00efve\n",
        "x.jsonl": '{"text": "a"}\n{"text": "na\u00efve"}\n',
        "x.txt": "a\nna\u00efve\n",
    }[name]
    (tmp_path / name).write_bytes(text.encode("cp1252"))
    said = refused(tiny.recipe(encoder, tmp_path / name, tmp_path / "out"))
    assert f"{name}, line" in said
    assert "byte 0xef" in said
    assert "cp1252" in said


def test_ragged_rows(refused: Refused, encoder: Path, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("text,source\na,b\na\na,b,c\n", encoding="utf-8")
    said = refused(tiny.recipe(encoder, tmp_path / "x.csv", tmp_path / "out"))
    assert "x.csv, row 2: 1 fields" in said
    assert "x.csv, row 3: 3 fields; 2 rows in all are wrong" in said
    assert "bad_lines: drop" in said


def test_a_broken_line(refused: Refused, encoder: Path, tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text('{"text": "a"}\n{"text": "b\n{"text": "c"}\n', encoding="utf-8")
    assert "x.jsonl, line 2" in refused(tiny.recipe(encoder, tmp_path / "x.jsonl", tmp_path / "out"))


def test_one_row_only(refused: Refused, encoder: Path, tmp_path: Path) -> None:
    one = tiny.write_rows(tmp_path / "one.jsonl", tiny.texts(1))
    said = refused(tiny.recipe(encoder, one, tmp_path / "out"))
    assert "phases.0.prepare.0: there is only one row, which can't be split" in said


def test_validation_empty_after_the_split(refused: Refused, encoder: Path, tmp_path: Path) -> None:
    few = tiny.write_rows(tmp_path / "few.jsonl", tiny.texts(12))
    split = {"name": "split", "validation": 0.001, "test": 0.4}
    said = refused(tiny.recipe(encoder, few, tmp_path / "out", prepare=[split]))
    assert "phases.0.prepare.0.validation: validation is empty after the split: none of 12 groups" in said
    assert "set validation: " in said


@pytest.mark.parametrize("option", ["eval_steps", "early_stopping_patience", "load_best_model_at_end"])
def test_validation_asked_for_and_not_there(
    option: str, refused: Refused, encoder: Path, rows: Path, tmp_path: Path
) -> None:
    split = {"name": "split", "validation": 0, "test": 0.4}
    train = {"max_steps": 4, option: True if option.startswith("load") else 2}
    said = refused(tiny.recipe(encoder, rows, tmp_path / "out", prepare=[split], train=train))
    assert "validation" in said


def test_roles_whose_columns_differ_in_type(refused: Refused, encoder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "a", "age": 3}\n', encoding="utf-8")
    (tmp_path / "b.jsonl").write_text('{"text": "a", "age": "three"}\n', encoding="utf-8")
    data = tiny.recipe(encoder, tmp_path / "a.jsonl", tmp_path / "out", prepare=[])
    data["sources"]["test"] = str(tmp_path / "b.jsonl")
    assert "differ in type" in refused(data)


def test_too_many_rows_lost(refused: Refused, encoder: Path, tmp_path: Path) -> None:
    rows = [*tiny.texts(40), *({"text": "  ", "source": "x"} for _ in range(10))]
    said = refused(
        tiny.recipe(encoder, tiny.write_rows(tmp_path / "x.jsonl", rows), tmp_path / "out", prepare=["clean"])
    )
    assert "10 of 50 rows would be dropped (empty text: 10)" in said
    assert "max_dropped" in said


HOSTILE = [
    "</patient>",
    "<script>",
    "[MASK]",
    "[SEP]",
    "[PAD][CLS]",
    "a\\, b:c",
    "\u202e\u0000",
    "=cmd()",
    "\ud83d\ude00",
    "seed: 1",
    "{{x}}",
    "%s",
    "'; drop table train; --",
]


def test_hostile_values_are_data_and_nothing_else(acclimate: Callable[..., Any], encoder: Path, tmp_path: Path) -> None:
    events = [{**row, "description": HOSTILE[number % len(HOSTILE)]} for number, row in enumerate(tiny.events(30))]
    tagged = {
        "name": "tagged",
        "group_by": "patient",
        "body": {"tag": "visits", "each": {"tag": "event", "fields": ["code", "description"]}},
    }
    split = {"name": "split", "group_by": "patient", "validation": 0.1, "test": 0.4}
    data = tiny.recipe(encoder, tiny.write_rows(tmp_path / "x.jsonl", events), tmp_path / "out", prepare=[tagged, split], tokens={"max_length": 64},
                       train={"max_steps": 2, "bf16": False})  # fmt: skip
    said = acclimate(data)
    assert said.code == 0, said.text
    assert "<script>" not in (tmp_path / "out" / "report_private.html").read_text(encoding="utf-8").split("<main", 1)[1]
    assert "<script>" not in (tmp_path / "out" / "report.html").read_text(encoding="utf-8").split("<main", 1)[1]
