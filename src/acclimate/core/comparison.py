"""Several runs beside each other: everything that a comparison shows, as plain data without any row of the data.

`pipeline/compare.py` fills it in, `report/compare.py` draws it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from acclimate.core.proof import Cost, ModelFacts
from acclimate.core.scores import Score, Verdict


@dataclass(frozen=True)
class ComparedRun:
    """One of the runs. `verdict` and `retention` are about its own base."""

    name: str
    model: ModelFacts
    verdict: Verdict
    retention: str = ""
    cost: Cost = field(default_factory=Cost)


@dataclass(frozen=True)
class Outcome:
    """What the primary score says of `run` against `against`, by the rule of a verdict; `why` where it says nothing."""

    run: str
    against: str
    verdict: str
    why: str = ""


@dataclass(frozen=True)
class Comparison:
    """Runs in the order they were named; all are compared with the first.

    `scores` are lines of scores.json, each with its `run`; changes are against `base` (the run's own) or `run:NAME`. Those of
    terms and of slices are as each run measured them.
    `test_set` says what was measured, `notes` what a reader must know. `created` is ISO 8601 with a zone.
    """

    name: str
    created: str
    runs: list[ComparedRun]
    scores: list[Score]
    outcomes: list[Outcome]
    primary: str
    test_set: str = ""
    notes: list[str] = field(default_factory=list)
    confidence: float = 0.95
    acclimate: str = ""

    def find(
        self, run: str, when: str, data: str, name: str, against: str | None = None, part: str | None = None
    ) -> Score | None:
        """Give one score of a run, of changes the one against `against`, of all of the data or of a `part` of it, or None."""
        wanted = (run, when, data, name, against, part)
        return next(
            (one for one in self.scores if (one.run, one.when, one.data, one.name, one.against, one.slice) == wanted),
            None,
        )

    def to_json(self) -> dict[str, Any]:
        """Give plain data for JSON."""
        return {**asdict(self), "scores": [score.as_json() for score in self.scores]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Comparison:
        """Undo `to_json`."""
        runs = [
            ComparedRun(one["name"], ModelFacts(**one["model"]), Verdict(**one["verdict"]), one["retention"], Cost(**one["cost"]))
            for one in data["runs"]
        ]  # fmt: skip
        scores = [Score.from_json(line) for line in data["scores"]]
        return cls(**{**data, "runs": runs, "scores": scores, "outcomes": [Outcome(**one) for one in data["outcomes"]]})
