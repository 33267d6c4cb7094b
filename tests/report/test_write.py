from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from acclimate.core.proof import Proof
from acclimate.report.write import write_card, write_reports
from tests.report.example import bare_proof, example_proof


def test_every_report_is_written_and_named(tmp_path: Path) -> None:
    written = write_reports(example_proof(), tmp_path / "new")
    assert [path.name for path in written] == ["report.html", "report.md", "report.json", "report_private.html"]
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == sorted(path.name for path in written)
    assert Proof.from_json(json.loads(written[2].read_text())) == example_proof().without_examples()


def test_without_examples_there_is_no_private_report(tmp_path: Path) -> None:
    write_reports(example_proof(), tmp_path)
    written = write_reports(replace(example_proof(), examples=[]), tmp_path)
    assert len(written) == 3
    assert not (tmp_path / "report_private.html").exists()


def test_the_card_goes_into_the_model(tmp_path: Path) -> None:
    assert write_card(example_proof(), tmp_path) == tmp_path / "README.md"
    assert (tmp_path / "README.md").read_text().startswith("---\nlibrary_name: transformers\n")


def test_a_bare_proof_and_odd_bytes_can_be_written(tmp_path: Path) -> None:
    assert write_reports(replace(bare_proof(), name="odd \udc80 name", floor_share=float("nan")), tmp_path)
    assert "NaN" not in (tmp_path / "report.json").read_text()


def test_a_failure_leaves_the_old_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_reports(example_proof(), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="disk full"):
        write_reports(bare_proof(), tmp_path)
    assert {name: (tmp_path / name).read_bytes() for name in before} == before
