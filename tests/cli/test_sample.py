from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet

from acclimate.samples.files import DEFAULT_SIZE

Command = Callable[..., Any]


def test_a_sample_is_written_and_is_the_same_again(acclimate: Command, tmp_path: Path) -> None:
    for place in ("a", "b"):
        said = acclimate("sample", "hospital", "--to", str(tmp_path / place), "--size", "5", "--seed", "3")
        assert said.code == 0
        assert said.out == f"8 files in {tmp_path / place}\n"
    for path in (tmp_path / "a").glob("*.csv"):
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()
    assert (
        len(set(pyarrow.parquet.read_table(tmp_path / "a" / "patients.parquet").column("patient_id").to_pylist())) == 5
    )


def test_files_that_are_there_already_are_not_overwritten(acclimate: Command, tmp_path: Path) -> None:
    (tmp_path / "patients.csv").write_text("mine", encoding="utf-8")
    said = acclimate("sample", "hospital", "--to", str(tmp_path), "--size", "5")
    assert said.code == 2
    assert "--to: " in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["patients.csv"]


def test_an_unknown_sample_and_a_size_that_is_none(acclimate: Command, tmp_path: Path) -> None:
    for arguments in (["zebra"], ["hospital", "--size", "0"]):
        said = acclimate("sample", *arguments, "--to", str(tmp_path / "x"))
        assert said.code == 2
        assert "allowed: hospital, finance, general, ner, qa, reviews, triage" in said.err
    assert not (tmp_path / "x").exists()


def test_the_help_says_what_each_sample_is(acclimate: Command) -> None:
    said = acclimate("sample", "--help")
    for name in DEFAULT_SIZE:
        assert f"{name}:" in said.out
