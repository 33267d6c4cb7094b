"""Samples as files: whole or absent, and never over what is there."""

import csv
from pathlib import Path
from typing import get_args

import pyarrow.parquet as pq
import pytest

from acclimate.core.registry import resolve
from acclimate.samples import files, finance, hospital, ner
from acclimate.samples.files import DEFAULT_SIZE, write_sample
from acclimate.sources.sample import Sample

TABLES = ("events", "hospitals", "patients", "records")


def test_hospital_is_written_as_parquet_and_csv(tmp_path: Path) -> None:
    written = write_sample("hospital", tmp_path / "new" / "folder", seed=4, size=20)
    assert [path.name for path in written] == [f"{name}.{end}" for name in TABLES for end in ("csv", "parquet")]
    assert sorted((tmp_path / "new" / "folder").iterdir()) == written
    expected = hospital.generate(20, 4).joined()
    assert pq.read_table(tmp_path / "new" / "folder" / "records.parquet").equals(expected)
    with (tmp_path / "new" / "folder" / "records.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == expected.to_pylist()


def test_finance_is_written_a_file_a_document(tmp_path: Path) -> None:
    written = write_sample("finance", tmp_path, seed=4, size=5)
    assert {path.name: path.read_text(encoding="utf-8") for path in written} == {
        f"{name}.txt": text for name, text in finance.generate(5, 4)
    }


# Each sample's files, and of one the source that reads it, with the columns that it finds.
READ = {
    "general": ("general.jsonl", "jsonl", ["id", "language", "text"]),
    "ner": ("ner.conll", "conll", ["tokens", "tags", "text", "document"]),
    "qa": ("medical_qa_chinese.csv", "csv", ["Question", "Answer"]),
    "reviews": ("reviews.csv", "csv", ["text", "label", "film"]),
    "leaflets": ("leaflets.jsonl", "jsonl", ["question", "context", "answers", "medicine"]),
    "claims": ("claims.csv", "csv", ["text", "text_pair", "score"]),
    "triage": ("triage.jsonl", "jsonl", ["text", "labels", "patient", "sex", "age_band"]),
}


@pytest.mark.parametrize("name", READ)
def test_a_sample_of_a_task_is_read_by_its_source(name: str, tmp_path: Path) -> None:
    write_sample(name, tmp_path, seed=4, size=6)
    file, source, columns = READ[name]
    rows, counts = resolve("sources", source)(path=str(tmp_path / file)).read("here")
    assert counts.rows_in == rows.num_rows > 0
    assert {one for one in rows.column_names if not one.startswith("_")} - {"row_id"} == set(columns)
    if name == "ner":
        made = ner.generate(6, 4)
        assert rows.column("tokens").to_pylist() == [one.tokens for one in made]
        assert rows.column("tags").to_pylist() == [one.tags for one in made]
    if name == "qa":
        assert all("\u4e00" <= answer[0] <= "\u9fff" for answer in rows.column("Answer").to_pylist())


def test_every_sample_has_a_size_and_writers() -> None:
    kinds = get_args(Sample.model_fields["sample"].annotation)
    assert sorted(kinds) == sorted(DEFAULT_SIZE) == sorted(files._WRITERS)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in DEFAULT_SIZE:
        one, two = (write_sample(name, tmp_path / name / copy, seed=1, size=5) for copy in ("one", "two"))
        assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


def test_an_existing_file_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(FileExistsError, match=r"events\.csv"):
        write_sample("hospital", tmp_path, size=5)
    assert [path.name for path in tmp_path.iterdir()] == ["events.csv"]
    assert (tmp_path / "events.csv").read_text(encoding="utf-8") == "mine"


def test_a_failed_write_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(path: Path) -> None:
        path.write_text("half", encoding="utf-8")
        raise OSError("No space left on device")

    monkeypatch.setattr(files, "_text_writer", lambda text: full_disk)
    with pytest.raises(OSError, match="No space"):
        write_sample("finance", tmp_path, size=2)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name, size, message", [
    ("bank", None, "hospital, finance, general, ner, qa, reviews, triage, leaflets, claims"),
    *((name, 0, "at least 1") for name in DEFAULT_SIZE),
])  # fmt: skip
def test_an_unknown_name_or_size_is_refused(tmp_path: Path, name: str, size: int | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        write_sample(name, tmp_path, size=size)
    assert not list(tmp_path.iterdir())
