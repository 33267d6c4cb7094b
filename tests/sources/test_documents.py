"""Folders of documents: rows, and files that give no text."""

from pathlib import Path

import pytest

from acclimate.core.errors import UserError
from acclimate.core.rows import Counts
from acclimate.sources.documents import Documents
from tests.sources.documents_made import docx_of, pdf_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deep").mkdir()
    (tmp_path / "a.docx").write_bytes(docx_of(["report"]))
    (tmp_path / "b.PDF").write_bytes(pdf_of("page", ""))
    (tmp_path / "deep" / "c.htm").write_text("<p>site</p>")
    (tmp_path / "d.md").write_bytes(b"\xef\xbb\xbf# title\r\ntext")
    (tmp_path / "e.txt").write_text("plain")
    (tmp_path / "f.csv").write_text("not read")
    return tmp_path


def test_each_document_is_a_row(folder: Path) -> None:
    rows, counts = Documents(path=str(folder)).read("sources.train")
    assert [(row["row_id"], row["file"], row["text"]) for row in rows.to_pylist()] == [
        ("a.docx:1", "a.docx", "report"),
        ("b.PDF:1", "b.PDF", "page\n"),
        ("d.md:1", "d.md", "# title\ntext"),
        ("deep/c.htm:1", "deep/c.htm", "site"),
        ("e.txt:1", "e.txt", "plain"),
    ]
    assert counts == Counts(5, 5, values={"pages of a PDF without text": 1})
    assert len(Documents(path=str(folder)).inputs("sources.train")) == 5


def test_files_without_text_are_named_or_counted_by_reason(folder: Path) -> None:
    (folder / "scan.pdf").write_bytes(pdf_of("", ""))
    (folder / "locked.pdf").write_bytes(pdf_of("x", password="owner", user="user"))
    (folder / "g.docx").write_bytes(b"no zip")
    (folder / "h.txt").write_text("")
    (folder / "i.html").write_text("<script>x</script>")
    with pytest.raises(UserError) as caught:
        Documents(path=str(folder)).read("sources.train")
    assert [fault.where for fault in caught.value.faults] == [
        f"{folder}/{name}" for name in ("g.docx", "h.txt", "i.html", "locked.pdf", "scan.pdf")
    ]
    assert "5 files in all can't be read" in str(caught.value)
    rows, counts = Documents(path=str(folder), on_error="drop").read("sources.train")
    counts.check("documents")
    assert rows.num_rows == 5
    assert counts.dropped == {
        "damaged .docx": 1,
        "empty file": 1,
        ".html without text": 1,
        "encrypted .pdf": 1,
        ".pdf without text": 1,
    }


def test_nothing_readable_is_an_error_even_when_dropping(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"x")
    with pytest.raises(UserError, match=r"a\.pdf: damaged \.pdf"):
        Documents(path=str(tmp_path), on_error="drop").read("s")


def test_other_formats_and_encodings(tmp_path: Path) -> None:
    (tmp_path / "a.doc").write_text("x")
    with pytest.raises(UserError, match="not a format that is read"):
        Documents(path=f"{tmp_path}/a.doc").read("s")
    (tmp_path / "b.md").write_bytes("Größe".encode("cp1252"))
    with pytest.raises(UserError, match="line 1: not utf-8"):
        Documents(path=f"{tmp_path}/b.md").read("s")
    assert Documents(path=f"{tmp_path}/b.md", encoding="cp1252").read("s")[0]["text"].to_pylist() == ["Größe"]


@pytest.mark.parametrize("module, name", [("docx", "a.docx"), ("pypdf", "b.PDF"), ("bs4", "deep/c.htm")])
def test_a_missing_package_is_named_only_where_it_is_needed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, module: str, name: str
) -> None:
    monkeypatch.setattr("acclimate.core.extras.find_spec", lambda wanted: None if wanted == module else object())
    with pytest.raises(UserError, match=r"pip install 'acclimate\[documents\]'"):
        Documents(path=str(folder / name)).read("sources.train")
    assert Documents(path=str(folder / "e.txt")).read("sources.train")[0].num_rows == 1
