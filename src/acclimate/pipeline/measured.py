"""What measuring a run gave: kept as plain data beside scores.json, so that the report can be drawn again."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from acclimate.core.proof import DataFacts, Example, Piece
from acclimate.core.scores import Score, Verdict


@dataclass(frozen=True)
class Proven:
    """Scores, verdict, and what the report says about them. `examples` are private."""

    scores: list[Score]
    verdict: Verdict
    retention: str
    test: DataFacts
    general: DataFacts | None
    floor_share: float | None
    notes: list[str]
    seconds: float
    examples: list[Example] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Give plain data for JSON."""
        return {**asdict(self), "scores": [score.as_json() for score in self.scores]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Proven:
        """Undo `as_json`."""
        return cls(
            [Score.from_json(line) for line in data["scores"]],
            Verdict(**data["verdict"]),
            data["retention"],
            DataFacts(**data["test"]),
            DataFacts(**data["general"]) if data["general"] else None,
            data["floor_share"],
            data["notes"],
            data["seconds"],
            [Example(one["row_id"], [Piece(**piece) for piece in one["pieces"]]) for one in data["examples"]],
        )
