"""What is asked about: a file, or a text."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from acclimate.cli.given import is_file, lines_of
from acclimate.core.errors import UserError
from acclimate.sources.ending import FORMATS


@pytest.mark.parametrize("what", [*(f"nofile{ending}" for ending in FORMATS), "nofile.CSV", "nofile.jsonl.gz", "here/x.dat",
                                  "../x.log", "/nowhere/x.xlsx", "C:\\x\\y.doc", "data/*.csv"])  # fmt: skip
def test_a_file_that_is_not_there_is_said(what: str) -> None:
    with pytest.raises(UserError) as raised:
        is_file(what, "predict")
    assert f"no file {what}" in str(raised.value)


@pytest.mark.parametrize(
    "what",
    ["", "-", "aspirin", "and/or", "120/80", "3/4.5", "Yes.", "a/b.", "see the file notes.txt", "reads x.csv\tnow", "p<.05",
     "阿司匹林/布洛芬.好", "e.g.", "x" * 5000],
)  # fmt: skip
def test_a_text_is_a_text(what: str) -> None:
    assert not is_file(what, "predict")


def test_a_file_is_one_whatever_it_is_called(tmp_path: Path) -> None:
    (tmp_path / "a name").touch()
    assert is_file(str(tmp_path / "a name"), "predict")


def test_a_folder_is_neither(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "notes").mkdir()
    monkeypatch.chdir(tmp_path)
    for what in ("notes", "notes/", str(tmp_path), "."):
        with pytest.raises(UserError) as raised:
            is_file(what, "predict")
        (fault,) = raised.value.faults
        assert (fault.found, fault.allowed) == (f"{what} is a folder", "a file, a text, or - for lines of text")
    assert not is_file("notes of the day", "predict")


def test_bytes_that_are_no_text_are_no_text() -> None:
    with pytest.raises(UserError, match="not in the terminal's encoding"):
        is_file(b"a \xff".decode("utf-8", "surrogateescape"), "predict")


def typed(data: bytes, monkeypatch: pytest.MonkeyPatch, *, blank: bool = True) -> list[tuple[str, str]]:
    """Give the lines that a command reads of what is piped in."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
    return list(lines_of("-", "predict", blank=blank))


def test_lines_keep_their_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    data = "\ufeffa\r\n\n \nb c".encode()
    assert typed(data, monkeypatch) == [("line 1", "a"), ("line 2", ""), ("line 3", " "), ("line 4", "b c")]
    assert typed(data, monkeypatch, blank=False) == [("line 1", "a"), ("line 4", "b c")]
    assert list(lines_of(" ", "predict", blank=False)) == [("prompt 1", " ")]


def test_a_line_that_is_no_text_is_named_after_those_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a\nb\xff\nc\n"), encoding="utf-8"))
    lines = lines_of("-", "predict")
    assert next(lines) == ("line 1", "a")
    with pytest.raises(UserError, match="predict: line 2: not utf-8: byte 0xff"):
        next(lines)
