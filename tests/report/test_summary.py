"""The first screen's table: the primary score and at most four others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acclimate.core.proof import Proof
from acclimate.core.scores import Score
from acclimate.report.summary import columns, figures, forgetting_row
from tests.report.example import bare_proof
from tests.report.example import example_proof as full_proof


def example_proof() -> Proof:
    """Without forgetting and control."""
    proof = full_proof()
    kept = [one for one in proof.scores if one.name != "forgetting" and "control" not in (one.when, one.against)]
    return replace(proof, scores=kept)


def with_scores(proof: Proof, *scores: Score) -> Proof:
    return replace(proof, scores=[*proof.scores, *scores])


def lost(low: float | None = 0.09, high: float | None = 1.11) -> Score:
    return Score("adapt", "change", "general", "forgetting", 0.601, "% of the base's bits per byte", "lower", 9, low, high,
                 "base", "document", 120)  # fmt: skip


def extra(number: int) -> list[Score]:
    made = Score("adapt", "before", "test", f"score_{number}", 0.5, "share of rows", "higher", 9)
    return [made, replace(made, when="after", value=0.6), replace(made, when="change", value=0.1, against="base")]


@pytest.mark.parametrize("more", [0, 1, 30])
def test_the_primary_score_and_at_most_four_others(more: int) -> None:
    proof = with_scores(example_proof(), lost(), *(line for number in range(more) for line in extra(number)))
    rows = figures(proof)
    assert rows[0].primary
    assert rows[-1].label == "Forgetting"
    assert len(rows) == min(4 + more, 5)
    without = figures(with_scores(example_proof(), *(line for number in range(more) for line in extra(number))))
    assert len(without) == min(3 + more, 5)


def test_forgetting_is_said_in_percent_beside_the_bits() -> None:
    row = forgetting_row(with_scores(example_proof(), lost()))
    assert row is not None
    assert (row.base, row.adapted) == ("2.412", "2.426")
    assert (row.change, row.interval) == ("+0.60\u00a0%", "+0.09 to +1.11\u00a0%")
    assert row.unit == "bits per byte, general text"
    none = forgetting_row(with_scores(example_proof(), lost(None, None)))
    assert none is not None
    assert none.interval == ""


def test_nothing_to_show() -> None:
    assert figures(bare_proof()) == []
    assert forgetting_row(example_proof()) is None  # nobody computed it
    assert forgetting_row(with_scores(bare_proof(), lost())) is None  # of what?


def test_columns_only_for_what_is_there() -> None:
    rows = figures(example_proof())
    assert columns(rows) == ["Base", "Adapted", "Change", "Floors"]
    assert columns([replace(row, floors=(), control="1") for row in rows]) == ["Base", "Control", "Adapted", "Change"]
