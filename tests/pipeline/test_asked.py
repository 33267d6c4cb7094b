"""Files that a model is asked about: how they are read, what is told, and what messages advise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from acclimate.core.errors import UserError
from acclimate.core.events import Event
from acclimate.pipeline.asked import options_from, rows_of, source_of
from acclimate.pipeline.prompts import prompts_of

WRONG = [
    ("semi.csv", b"id;text\n1;good\n", ["delimiter=;"], [{"id": "1", "text": "good"}]),
    ("gbk.csv", "id,text\n1,好\n".encode("gbk"), ["encoding=gbk"], [{"id": "1", "text": "好"}]),
    ("ragged.csv", b"id,text\n1,good,film\n2,ok\n", ["bad_lines=drop"], [{"id": "2", "text": "ok"}]),
    ("own.csv", b"row_id,text\na,good\n", ["columns=[text]"], [{"text": "good"}]),
    ("bad.jsonl", b'{"text": "a"}\n{"text": \n', ["bad_lines=drop"], [{"text": "a"}]),
    ("gbk.jsonl", '{"text": "好"}\n'.encode("gbk"), ["encoding=gbk"], [{"text": "好"}]),
]


def read(path: Path, settings: list[str]) -> list[dict[str, Any]]:
    rows = rows_of(source_of(str(path), "predict", options_from(settings)), "predict")
    return list(rows.drop_columns(["row_id"]).to_pylist())


@pytest.mark.parametrize("name, data, settings, rows", WRONG, ids=[one[0] for one in WRONG])
def test_what_a_message_advises_can_be_done(
    name: str, data: bytes, settings: list[str], rows: list[dict[str, Any]], tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(UserError, match=r"--source KEY=VALUE"):
        read(path, [])
    assert read(path, settings) == rows


def test_settings_are_a_source_s_own(tmp_path: Path) -> None:
    path = tmp_path / "x.dat"
    path.write_bytes(b"id\ttext\n1\tgood\n")
    assert read(path, ["name=csv", "delimiter=\\t"]) == [{"id": "1", "text": "good"}]
    with pytest.raises(UserError, match=r"predict: csv\.delimeter(.|\n)*did you mean delimiter"):
        read(path, ["name=csv", "delimeter=;"])
    with pytest.raises(UserError, match="has no ="):
        read(path, ["delimiter"])
    path = tmp_path / "none.csv"
    with pytest.raises(UserError) as raised:
        read(path, [])
    assert "--source" not in str(raised.value), "no option mends a file that is not there"


def test_a_line_of_plain_text_is_a_row_and_empty_ones_are_told(tmp_path: Path) -> None:
    path, told = tmp_path / "x.txt", list[Event]()
    path.write_text("good film\n\nbad film\n")
    rows = rows_of(source_of(str(path), "predict"), "predict", told.append)
    assert rows.column("text").to_pylist() == ["good film", "bad film"]
    assert [(one.kind, one.text) for one in told] == [("note", "predict: left out: 1 x empty line")]
    assert [row["text"] for row in read(path, ["sample_by=document"])] == ["good film\n\nbad film\n"]


def test_a_suite_of_plain_text_is_a_prompt_a_line(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("what is it?\n\nand why?\n")
    assert [one.text for one in prompts_of(str(path))] == ["what is it?", "and why?"]


def test_a_suite_is_read_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("prompt;reference\nx;y\n")
    with pytest.raises(UserError, match="save the file as UTF-8, with commas") as raised:
        prompts_of(str(path))
    assert "--source" not in str(raised.value)
