"""Which source reads which path."""

import gzip
from pathlib import Path

import pytest

from acclimate.core.errors import UserError
from acclimate.core.families import FAMILIES
from acclimate.sources.ending import name_for


@pytest.mark.parametrize(
    "path, name",
    [
        ("x.csv", "csv"),
        ("x.TSV.gz", "csv"),
        ("folder/*.jsonl.xz", "jsonl"),
        ("x.ndjson", "jsonl"),
        ("s3://bucket/train/*.parquet", "parquet"),
        ("https://host/x.txt?signature=a.csv", "text"),
        (["a.txt", "b.txt.zst"], "text"),
        ("x.iob", "conll"),
        ("x.BIO", "conll"),
        ("x.conll.gz", "conll"),
        ("x.json", "json"),
        ("x.docx", "documents"),
        (["a.pdf", "b.htm", "c.txt"], "documents"),
    ],
)
def test_by_ending_without_looking(path: str | list[str], name: str) -> None:
    assert name_for(path) == name
    assert name in FAMILIES["sources"]


def test_a_folder_by_what_lies_in_it(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n")
    (tmp_path / "readme.md").write_text("")
    assert name_for(str(tmp_path)) == "csv"
    assert name_for(f"{tmp_path}/*.c*") == "csv"
    (tmp_path / "b.txt").write_text("a")
    with pytest.raises(UserError, match="several formats: csv, text"):
        name_for(str(tmp_path))


def test_documents_of_several_kinds_go_together_and_a_readme_decides_nothing(tmp_path: Path) -> None:
    (tmp_path / "readme.md").write_text("x")
    assert name_for(str(tmp_path)) == "documents"
    (tmp_path / "a.txt").write_text("x")
    assert name_for(str(tmp_path)) == "text"
    (tmp_path / "a.pdf").write_text("x")
    assert name_for(str(tmp_path)) == "documents"
    (tmp_path / "a.csv").write_text("x")
    with pytest.raises(UserError, match="several formats: csv, documents, text"):
        name_for(str(tmp_path))


def test_a_tsv_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("of\tO\ncolon\tB-Disease\n")
    (tmp_path / "b.tsv.gz").write_bytes(gzip.compress(b"token\ttag\nof\tO\n"))
    assert name_for(f"{tmp_path}/a.tsv") == "conll"
    assert name_for(f"{tmp_path}/b.tsv.gz") == "csv"
    assert name_for(f"{tmp_path}/a.*") == "conll"
    with pytest.raises(UserError, match="several formats: conll, csv"):
        name_for(str(tmp_path))


def test_a_json_file_of_lines_is_jsonl(tmp_path: Path) -> None:
    for text, name in [
        ('{"a": 1}\n{"a": 2}\n', "jsonl"),
        ('[{"a": 1},\n{"a": 2}]', "json"),
        ('{"data": [{"a": 1}\n]}', "json"),
        ("", "json"),
    ]:
        (tmp_path / "x.json").write_text(text)
        assert name_for(f"{tmp_path}/x.json") == name


@pytest.mark.parametrize(
    "paths, said",
    [
        (["a.csv", "b.txt"], "several formats"),
        ("x.doc", "its ending is none that is known"),
        ("absent", "no such file"),
        (5, "found 5"),
        ([], r"found \[\]"),
    ],
)
def test_what_tells_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, paths: str | list[str], said: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.doc").write_text("x")
    with pytest.raises(UserError, match=said) as caught:
        name_for(paths, "phases.0.sources.train")
    assert caught.value.faults[0].where == "phases.0.sources.train.path"
