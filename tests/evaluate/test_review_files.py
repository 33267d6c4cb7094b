from __future__ import annotations

import json
from pathlib import Path

import pytest

from acclimate.core.errors import UserError
from acclimate.core.review import AnswerPair, Filled, Key, KeyRow
from acclimate.evaluate.review_files import read_filled, read_pairs

KEY = Key("abc", 0, (KeyRow("r1", "g", "abc-001", "left"), KeyRow("r2", "g", "abc-002", "right"), KeyRow("r3", "g")))


def saved(folder: Path, text: str, name: str = "anna.csv", encoding: str = "utf-8") -> Path:
    (folder / name).write_bytes(text.encode(encoding))
    return folder / name


@pytest.mark.parametrize(
    "text, encoding",
    [
        ("item,choice,comment\nabc-001,left,good\nabc-002,tie,\n", "utf-8"),
        ('item,prompt,choice,comment\r\nabc-001,"a,\r\nb",LEFT ,x\r\nabc-002,p,Tie,\r\n', "utf-8-sig"),
        ("Item;prompt;Choice;comment\nabc-001;p,q,r;left;ja\nabc-002;p;tie;\n;;;\n", "utf-8"),
        ("item,choice,comment\nabc-001,left,good, but long\nabc-002,tie,\n", "utf-8"),
        ("item\tchoice\tcomment\nabc-001\tleft\tok\nabc-002\ttie\t\n", "utf-8"),
    ],
    ids=["plain", "saved by a spreadsheet", "semicolons", "a comma of its own", "tabs"],
)
def test_a_sheet_is_read_as_people_save_it(text: str, encoding: str, tmp_path: Path) -> None:
    found = read_filled([saved(tmp_path, text, encoding=encoding)], KEY)
    assert found == [Filled("anna", {"abc-001": "left", "abc-002": "tie"}, 1)]


def test_a_reviewer_is_called_as_the_sheet_says_and_may_leave_rows_open(tmp_path: Path) -> None:
    text = "item,choice,comment,reviewer\nabc-001,,,Dr. Li\nabc-002,right,,Dr. Li\n"
    assert read_filled([saved(tmp_path, text)], KEY) == [Filled("Dr. Li", {"abc-002": "right"})]


@pytest.mark.parametrize(
    "text, said",
    [
        ("item,choice\nabc-001,both\n", "line 2: choice 'both'"),
        ("item,choice\nxyz-001,left\n", "line 2: item 'xyz-001' is not of this review (abc)"),
        ("item,choice\nabc-001,left\nabc-001,right\n", "line 3: item 'abc-001' stands a second time"),
        ("row,vote\n1,left\n", "columns: row, vote"),
        ("", "columns: none"),
    ],
)
def test_what_is_wrong_is_named_by_line(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"anna\.csv") as caught:
        read_filled([saved(tmp_path, text)], KEY)
    assert said in str(caught.value)


def test_all_sheets_are_looked_at_before_anything_is_said(tmp_path: Path) -> None:
    good = "item,choice,reviewer\nabc-001,left,Li\n"
    sheets = [saved(tmp_path, good, "1.csv"), saved(tmp_path, good, "2.csv"), tmp_path / "no.csv"]
    sheets.append(saved(tmp_path, "item,choice\nabc-001,links\n", "ü.csv", "latin-1"))
    sheets.append(saved(tmp_path, "item,choice,comment\nabc-001,left,grün\n", "3.csv", "latin-1"))
    with pytest.raises(UserError) as caught:
        read_filled(sheets, KEY)
    assert "into its column `reviewer`, or rename the file" in caught.value.faults[0].do
    found = [fault.found for fault in caught.value.faults]
    assert found == [
        "a second sheet of reviewer 'Li'",
        "can't be read (No such file or directory)",
        "choice 'links'",
        "is not UTF-8 text (byte 35)",
    ]


def test_answers_are_read_line_by_line(tmp_path: Path) -> None:
    line = {"row_id": "r", "group": "g", "prompt": "a\u2028b", "reference": "", "base": "x", "adapted": "y"}
    path = saved(tmp_path, json.dumps(line, ensure_ascii=False) + "\n\n", "answers_private.jsonl")
    assert read_pairs(path) == [AnswerPair(**line)]
    saved(tmp_path, json.dumps(line) + "\n" + json.dumps({"row_id": "r"}) + "\n", "answers_private.jsonl")
    with pytest.raises(UserError, match=r"line 2: .*missing 5"):
        read_pairs(path)
    saved(tmp_path, "{\n", "answers_private.jsonl")
    with pytest.raises(UserError, match="line 1: "):
        read_pairs(path)
