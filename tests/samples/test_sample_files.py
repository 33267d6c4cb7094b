"""Samples as files: whole or absent, and never over what is there."""

import csv
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from acclimate.samples import files, finance, hospital
from acclimate.samples.files import write_sample

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


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("hospital", "finance"):
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


@pytest.mark.parametrize("name, size, message", [("bank", None, "hospital, finance"), ("hospital", 0, "at least 1")])
def test_an_unknown_name_or_size_is_refused(tmp_path: Path, name: str, size: int | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        write_sample(name, tmp_path, size=size)
    assert not list(tmp_path.iterdir())
