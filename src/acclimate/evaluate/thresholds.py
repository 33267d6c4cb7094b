"""From which probability a label is said to hold: chosen on validation rows, never on test rows.

With thresholds in falling order ever more is said: recall rises, and so does the number of false alarms.

Legend of shapes: N rows, K labels, D thresholds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import model_validator

from acclimate.core.answers import ClassAnswers, Floats
from acclimate.core.errors import AcclimateError
from acclimate.core.labels import Labels
from acclimate.core.method import Section, option

UNCHOSEN = 0.5


class Wanted(Section):
    """What a threshold is chosen for: one of the three, or, if none is given, the highest F1."""

    recall: float | None = option(None, "share of positives that must be found, with as few alarms as that allows",
                                  unit="share", gt=0, le=1)  # fmt: skip
    precision: float | None = option(None, "share of alarms that must be right, with as many positives found as that allows",
                                     unit="share", gt=0, le=1)  # fmt: skip
    cost_ratio: float | None = option(None, "what a miss costs, a false alarm costing 1; the sum is made smallest",
                                      unit="false alarms", gt=0)  # fmt: skip

    @model_validator(mode="after")
    def _one(self) -> Wanted:
        if sum(one is not None for one in (self.recall, self.precision, self.cost_ratio)) > 1:
            raise ValueError("one of recall, precision and cost_ratio")
        return self

    @property
    def words(self) -> str:
        """Say it as it stands in a sentence."""
        if self.recall is not None:
            return f"a recall of at least {self.recall:g}"
        if self.precision is not None:
            return f"a precision of at least {self.precision:g}"
        if self.cost_ratio is not None:
            return f"the least cost, a miss costing as much as {self.cost_ratio:g} false alarms"
        return "the highest F1"


@dataclass(frozen=True)
class Chosen:
    """`threshold_K` as `ClassAnswers` has it, and in words how it was chosen and what it reached on validation."""

    threshold_K: Floats
    sentence: str


@dataclass(frozen=True)
class _OfLabel:
    """One label's threshold and what it reached; `reached` is False where no threshold gives what is wanted."""

    threshold: float
    positives: int
    recall: float
    precision: float
    reached: bool


def choose_thresholds(validation: ClassAnswers, wanted: Wanted) -> Chosen:
    """Choose the threshold of the positive label of two, or one for each label where several may hold.

    A label without a positive row keeps 0.5, and one that can't have the precision that is wanted gets the threshold of
    the highest there is; the sentence says so. Raises: AcclimateError for other kinds of labels.
    """
    labels = validation.labels
    if labels.kind != "several" and labels.positive is None:
        raise AcclimateError("a threshold is for one of two labels, or for several labels at once")
    places = range(len(labels.names)) if labels.kind == "several" else [1]
    found = {
        place: _choose(validation.probability_NK[:, place], validation.gold_NK[:, place] > 0.5, wanted)
        for place in places
    }
    threshold_K = np.full(len(labels.names), UNCHOSEN)
    for place, one in found.items():
        threshold_K[place] = one.threshold
    if labels.kind != "several":
        threshold_K[0] = 1 - threshold_K[1]
    return Chosen(threshold_K, _sentence(list(found.values()), wanted, len(validation.row_ids), labels))


def _choose(probability_N: Floats, positive_N: Any, wanted: Wanted) -> _OfLabel:
    """Take the best of the thresholds that tell the rows apart."""
    positives = int(positive_N.sum())
    if not positives:
        return _OfLabel(UNCHOSEN, 0, 0.0, 0.0, reached=False)
    distinct, level_N = np.unique(-probability_N, return_inverse=True)
    level_D = -distinct
    hit_D = np.cumsum(np.bincount(level_N, weights=positive_N, minlength=len(level_D)))
    alarm_D = np.cumsum(np.bincount(level_N, weights=~positive_N, minlength=len(level_D)))
    recall_D, precision_D = hit_D / positives, hit_D / (hit_D + alarm_D)
    place, reached = _best(recall_D, precision_D, hit_D, alarm_D, wanted)
    if place < 0:
        top = float(level_D[0])
        return _OfLabel((top + 1) / 2 if top < 1 else float(np.nextafter(top, 2)), positives, 0.0, 0.0, reached=True)
    recall, precision = float(recall_D[place]), float(precision_D[place])
    return _OfLabel(_between(level_D, place), positives, recall, precision, reached)


def _best(recall_D: Floats, precision_D: Floats, hit_D: Any, alarm_D: Any, wanted: Wanted) -> tuple[int, bool]:
    """Give the place of the best threshold (-1: nothing is said), the highest of equals, and whether it does what is wanted."""
    if wanted.recall is not None:
        return int(np.argmax(recall_D >= wanted.recall)), True
    if wanted.precision is not None:
        enough = np.flatnonzero(precision_D >= wanted.precision)
        return (int(enough[-1]), True) if len(enough) else (int(np.argmax(precision_D)), False)
    if wanted.cost_ratio is not None:
        cost_D = wanted.cost_ratio * (hit_D[-1] - hit_D) + alarm_D
        nothing = wanted.cost_ratio * hit_D[-1]
        return (-1 if nothing <= cost_D.min() else int(np.argmin(cost_D))), True
    return int(np.argmax(2 * recall_D * precision_D / np.maximum(recall_D + precision_D, 1e-300))), True


def _between(level_D: Floats, place: int) -> float:
    """Give a threshold half-way to the next lower probability: rounding then moves no row across it."""
    level, below = float(level_D[place]), float(level_D[place + 1]) if place + 1 < len(level_D) else 0.0
    half_way = (level + below) / 2
    return half_way if half_way > below else level


def _sentence(found: list[_OfLabel], wanted: Wanted, rows: int, labels: Labels) -> str:
    known = [one for one in found if one.positives]
    if not known:
        right = labels.positive or "positive"
        return f"No threshold was chosen: none of the {rows:,} validation rows is {right}. It stays at {UNCHOSEN}."
    if len(found) == 1:
        one = known[0]
        said = (
            f"The threshold of {labels.positive!r} is {one.threshold:.3g}, chosen on {rows:,} validation rows"
            f" ({one.positives:,} such) for {wanted.words}; there it has a recall of {one.recall:.3g} and a precision of"
            f" {one.precision:.3g}."
        )
    else:
        ends = [f"{end(one.threshold for one in known):.3g}" for end in (min, max)]
        said = (
            f"Each label has its own threshold, {ends[0]} to {ends[1]}, chosen on {rows:,} validation rows for"
            f" {wanted.words}."
        )
    missed = sum(not one.reached for one in known)
    if missed:
        said += " That precision is not reached" + (f" by {missed} of the labels" if len(found) > 1 else "") + "."
    if len(known) < len(found):
        said += f" {len(found) - len(known)} of the labels hold in no validation row and keep {UNCHOSEN}."
    return said
