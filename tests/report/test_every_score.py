from __future__ import annotations

from acclimate.report.every_score import HEADS, every_row
from tests.report.example import example_proof


def test_every_line_of_the_scores_is_kept() -> None:
    proof = example_proof()
    rows = [dict(zip(HEADS, row, strict=True)) for row in every_row(proof)]
    assert len(rows) == len(proof.scores)
    change = next(row for row in rows if row["Of"] == "change against base")
    assert change["Interval"] == "−2.30 to −1.90 (312 × patient_id)"
    before = next(row for row in rows if row["Of"] == "base")
    assert before["Interval"] == "3.70 to 4.13"  # no signs: it is no change
