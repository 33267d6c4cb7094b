"""What stands on the first screen beside the verdict: the few scores that are read first, and how far one got at all."""

from __future__ import annotations

from dataclasses import replace

from acclimate.core.proof import Proof
from acclimate.report.formats import NARROW
from acclimate.report.score_table import ScoreRow, change_text, find, in_sentence, interval_text, score_rows

MOST_ROWS = 5
FORGETTING = "forgetting"
WITH_EXAMPLES = "Base with examples"
_MEASURED_BY = ("bits_per_byte", "minimal_pairs")


def figures(proof: Proof) -> list[ScoreRow]:
    """Give at most five rows: the primary score, then others of the test set as they were measured, last the forgetting."""
    lost = forgetting_row(proof)
    rows = score_rows(proof, "test")[: MOST_ROWS - (lost is not None)]
    return [*rows, lost] if lost is not None else rows


def forgetting_row(proof: Proof) -> ScoreRow | None:
    """Give the score of general text that forgetting is read from, its change in percent of the base's.

    It is not judged here: its own sentence says whether it stays below the margin.
    """
    lost = find(proof, "change", "general", FORGETTING)
    row = next((row for row in score_rows(proof, "general") if row.name in _MEASURED_BY), None)
    if lost is None or row is None:
        return None
    return replace(
        row,
        label="Forgetting",
        unit=f"{in_sentence(row.name)}, general text",
        change=f"{change_text(lost)}{NARROW}%",
        relative="",
        interval=f"{interval_text(lost)}{NARROW}%" if interval_text(lost) else "",
    )


def columns(rows: list[ScoreRow]) -> list[str]:
    """Give the columns that some row fills: Base and Adapted always, Base with examples, Control and Floors where there are any."""
    shots = any(row.shots for row in rows)
    control = any(row.control for row in rows)
    floors = any(row.floors for row in rows)
    return [
        "Base",
        *([WITH_EXAMPLES] if shots else []),
        *(["Control"] if control else []),
        "Adapted",
        "Change",
        *(["Floors"] if floors else []),
    ]
