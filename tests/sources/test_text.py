"""Plain text by file, line and paragraph."""

import gzip
from pathlib import Path

import pytest

from acclimate.core.errors import UserError
from acclimate.core.rows import Counts
from acclimate.sources.text import Text


def make(folder: Path) -> str:
    (folder / "deep").mkdir()
    (folder / "a.txt").write_bytes(b"\xef\xbb\xbfone\r\n\r\ntwo\r\nthree\r\n")
    (folder / "deep" / "b.txt.gz").write_bytes(gzip.compress(b"four\n \n\n\nfive\x0cfive"))
    (folder / "empty.txt").write_text(" \n")
    return str(folder)


def test_a_file_is_a_row(tmp_path: Path) -> None:
    rows, counts = Text(path=make(tmp_path)).read("sources.train")
    assert rows.to_pylist() == [
        {"row_id": "a.txt:1", "text": "one\n\ntwo\nthree\n", "file": "a.txt"},
        {"row_id": "deep/b.txt.gz:1", "text": "four\n \n\n\nfive\x0cfive", "file": "deep/b.txt"},
    ]
    assert counts == Counts(3, 2, removed={"empty file": 1})


def test_a_line_is_a_row(tmp_path: Path) -> None:
    rows, counts = Text(path=make(tmp_path), sample_by="line").read("sources.train")
    assert dict(zip(rows["row_id"].to_pylist(), rows["text"].to_pylist(), strict=True)) == {
        "a.txt:1": "one",
        "a.txt:3": "two",
        "a.txt:4": "three",
        "deep/b.txt.gz:1": "four",
        "deep/b.txt.gz:5": "five\x0cfive",
    }
    assert counts == Counts(10, 5, removed={"empty line": 5})


def test_a_paragraph_is_a_row(tmp_path: Path) -> None:
    rows, counts = Text(path=make(tmp_path), sample_by="paragraph").read("sources.train")
    assert rows["text"].to_pylist() == ["one", "two\nthree", "four", "five\x0cfive"]
    assert rows["row_id"].to_pylist() == ["a.txt:1", "a.txt:2", "deep/b.txt.gz:1", "deep/b.txt.gz:2"]
    assert counts == Counts(5, 4, removed={"empty file": 1})


def test_line_separators_of_unicode_end_no_line(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a\u2028b\n", encoding="utf-8")
    assert Text(path=str(tmp_path), sample_by="line").read("s")[0]["text"].to_pylist() == ["a\u2028b"]


def test_what_is_not_utf_8_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("a\nGröße".encode("cp1252"))
    with pytest.raises(UserError, match=r"a\.txt, line 2: not utf-8"):
        Text(path=str(tmp_path)).read("sources.train")
    assert Text(path=str(tmp_path), encoding="cp1252").read("s")[0]["text"].to_pylist() == ["a\nGröße"]


def test_no_text_at_all_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("")
    with pytest.raises(UserError, match=r"sources\.train\.path: no text: 1 empty file"):
        Text(path=str(tmp_path)).read("sources.train")


def test_inputs_name_every_file(tmp_path: Path) -> None:
    assert len(Text(path=make(tmp_path)).inputs("sources.train")) == 3
