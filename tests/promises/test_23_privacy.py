"""Nobody's data is in what is meant to be shared: examples go to report_private.html and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from acclimate.core.proof import Example, Piece
from acclimate.report.write import write_card, write_reports
from tests.report.example import example_proof

PATIENT = "Ann Example, born 1931, ward 7"


def test_rows_of_the_data_stand_in_the_private_report_alone(tmp_path: Path) -> None:
    pieces = [Piece(f"{PATIENT} text"), Piece(f"{PATIENT} hidden", True, f"{PATIENT} base", f"{PATIENT} adapted")]
    proof = replace(example_proof(), examples=[Example(f"{PATIENT} row", pieces)])
    written = [*write_reports(proof, tmp_path), write_card(proof, tmp_path)]
    assert {path.name for path in written} == {path.name for path in tmp_path.iterdir()}
    holding = [path.name for path in written if PATIENT in path.read_text(encoding="utf-8")]
    assert holding == ["report_private.html"]


def test_the_private_report_says_so_first(tmp_path: Path) -> None:
    write_reports(example_proof(), tmp_path)
    page = (tmp_path / "report_private.html").read_text(encoding="utf-8")
    assert page.index("Private.") < page.index("<main>")
