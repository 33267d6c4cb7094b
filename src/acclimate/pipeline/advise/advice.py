"""What `advise` found out, as it is written and shown: aggregates only."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from acclimate.core.scores import Score
from acclimate.pipeline.advise.recommend import Recommendation


@dataclass(frozen=True)
class Option:
    """One of the things that can be done, what it would take on this machine (None: not known here), and what it means.

    `seconds` of training; for what needs none, of one pass over 1,000 texts (`per_texts`).
    """

    choice: str
    means: str
    seconds: float | None
    memory: int | None
    per_texts: int = 0


@dataclass(frozen=True)
class Advice:
    """The recommendation with all it rests on.

    `scores` as lines of scores.json, `data` being test, general, or labels; `terms`: words in 10 groups or more, how many of
    them are broken, and the first of these with their pieces; `notes`: what was drawn, what could not be measured.
    """

    name: str
    model: str
    task: str
    created: str
    recommendation: Recommendation
    scores: list[Score]
    options: list[Option]
    terms: int
    broken_terms: int
    shown_terms: list[tuple[str, int]]
    notes: list[str]
    label: str
    confidence: float
    acclimate: str

    def find(self, data: str, name: str, when: str = "before") -> Score | None:
        """Give a score, or None if it was not measured."""
        lines = (one for one in self.scores if (one.data, one.name, one.when) == (data, name, when))
        return next(lines, None)

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON's own types."""
        return {**asdict(self), "scores": [score.as_json() for score in self.scores]}
