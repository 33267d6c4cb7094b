"""Subgroups in words: the scores of each slice beside one another, and the largest gap between two of them."""

from __future__ import annotations

from acclimate.core.proof import Proof
from acclimate.core.scores import Score
from acclimate.report.formats import count
from acclimate.report.score_table import (
    ROLES,
    SHOTS,
    change_text,
    in_sentence,
    interval_text,
    judged_phase,
    label_of,
    value_text,
)

HEADS = ["Subgroup", "Score", "Groups", "Base", "Adapted", "Change", "Interval of the change"]
_VALUES = "value="


def slice_rows(proof: Proof) -> list[list[str]]:
    """Give a row for each subgroup and score: of the test set the primary score (of new and of repeated values all that
    were measured), of general text bits per byte and what was forgotten.
    """
    found: dict[tuple[str, str, str], dict[str, Score]] = {}
    for score in _sliced(proof):
        against = score.when != "change" or score.against == "base"
        if score.when in ("before", "after", "change") and against and _shown(proof, score):
            found.setdefault((score.data, str(score.slice), score.name), {})[score.when] = score
    return [_row(data, part, name, by_when) for (data, part, name), by_when in found.items()]


def gap_sentences(proof: Proof) -> list[str]:
    """Say how far apart the two most different subgroups are, in the adapted model's primary score and in its change."""
    found = []
    for score in _sliced(proof):
        if score.when == "gap" and score.name == proof.verdict.primary:
            column, _, pair = str(score.slice).partition(": ")
            what = "the change" if score.against else "the adapted model"
            interval = f" (interval {interval_text(score)})" if interval_text(score) else " (no interval)"
            found.append(
                f"Largest gap between subgroups of {column} in {in_sentence(score.name)}, {what}: "
                f"{value_text(score.value, score.unit)}{interval}, {pair}."
            )
    return found


def slice_floors(proof: Proof) -> list[str]:
    """Say how far one gets with new and with repeated values without a neural network."""
    floors = [score for score in _sliced(proof) if score.when == "floor"]
    return [
        f"{label_of(score.name)}, {slice_name(str(score.slice))}, without a neural network: "
        f"{value_text(score.value, score.unit)} ({score.unit.partition(' that are ')[2] or score.unit})."
        for score in floors
    ]


def _sliced(proof: Proof) -> list[Score]:
    phase = judged_phase(proof)
    shown = ("test", "general")
    return [
        score
        for score in proof.scores
        if score.slice and not score.slice.startswith(SHOTS) and score.phase == phase and score.data in shown
    ]


def _shown(proof: Proof, score: Score) -> bool:
    if score.data == "general":
        return score.name in ("bits_per_byte", "forgetting")
    return score.name == proof.verdict.primary or str(score.slice).startswith(_VALUES)


def slice_name(part: str) -> str:
    """Give the name of a slice as people say it."""
    return f"{part.removeprefix(_VALUES)} values" if part.startswith(_VALUES) else part.replace("=", ": ", 1)


def _row(data: str, part: str, name: str, by_when: dict[str, Score]) -> list[str]:
    base, adapted, change = (by_when.get(when) for when in ("before", "after", "change"))
    some = change or adapted or base
    where = f" ({ROLES[data]})" if data == "general" else ""
    return [
        f"{slice_name(part)}{where}",
        label_of(name),
        count(some.groups) if some is not None and some.groups is not None else "",
        value_text(base.value, base.unit, change) if base else "",
        value_text(adapted.value, adapted.unit, change) if adapted else "",
        change_text(change) if change else "",
        (interval_text(change) or "no interval") if change else "",
    ]
