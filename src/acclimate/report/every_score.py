"""Every line of scores.json in words, floors, controls and subgroups too."""

from __future__ import annotations

from acclimate.core.proof import Proof
from acclimate.core.scores import Score
from acclimate.report.formats import count
from acclimate.report.score_table import ARMS, ROLES, change_text, interval_text, label_of, value_text

HEADS = ["Score", "Data", "Of", "Value", "Interval", "Unit", "n", "Phase"]


def every_row(proof: Proof) -> list[list[str]]:
    """Give a row for each score that was measured."""
    return [_row(score) for score in proof.scores]


def _row(score: Score) -> list[str]:
    change = score.when == "change"
    resampled = f" ({count(score.groups)} × {score.resampled_by})" if change and score.groups else ""
    return [
        label_of(score.name),
        ", ".join(part for part in (ROLES.get(score.data, score.data), score.slice) if part),
        _arm(score),
        change_text(score) if change else value_text(score.value, score.unit),
        f"{interval_text(score)}{resampled}" if interval_text(score) else "",
        score.unit,
        count(score.n),
        score.phase,
    ]


def _arm(score: Score) -> str:
    if score.when == "change":
        return f"change against {score.against or 'base'}"
    if score.when == "gap":
        return "largest gap in the change" if score.against else "largest gap, adapted"
    of_seed = f", seed {score.seed}" if score.seed is not None else ""
    return ARMS.get(score.when, score.when) + of_seed
