"""Every metric of every arm's answers: scores, scores by part, and a word on those that have no value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from acclimate.core.protocols import Metric
from acclimate.core.scores import GroupSums


@dataclass(frozen=True)
class AnswerScores:
    """`sums` by arm; `slices` by part and arm (`label=fever`, `level=1`), as `evaluate.measure.Measured` has them.

    `notes` name the scores that are undefined for an arm, in sentences.
    """

    sums: dict[str, list[GroupSums]]
    slices: dict[str, dict[str, list[GroupSums]]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def score_answers(metrics: Mapping[str, Metric], arms: Mapping[str, Any]) -> AnswerScores:
    """Give what `metrics` (by name) make of the answers of each arm (`before`, `after`) to the same rows."""
    found = AnswerScores({arm: [] for arm in arms})
    for name, metric in metrics.items():
        given = {arm: metric.sums(answers) for arm, answers in arms.items()}
        for arm, some in given.items():
            found.sums[arm] += [one for one in some if one.slice is None]
            for one in some:
                if one.slice is not None:
                    found.slices.setdefault(one.slice, {}).setdefault(arm, []).append(one)
        found.notes.extend(_missing(name, given))
    return found


def _missing(name: str, given: Mapping[str, list[GroupSums]]) -> list[str]:
    """Name scores that some arm has and another has not, and a metric that gave nothing at all."""
    scores = dict.fromkeys(one.name for some in given.values() for one in some if one.slice is None)
    if not any(given.values()):
        return [f"{name} has no value: it is for other answers, or what it divides by did not occur."]
    return [
        f"{score} has no value for {arm}: what it divides by did not occur (nothing was said to be positive)."
        for score in scores
        for arm, some in given.items()
        if all(one.name != score or one.slice is not None for one in some)
    ]
