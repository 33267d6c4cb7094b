"""What measuring a run gave: kept as plain data beside scores.json, so that the report can be drawn again."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any

from acclimate.core.curves import ClassCurves
from acclimate.core.generated import GenerationProof
from acclimate.core.proof import DataFacts, Example, Memorised, Piece, TermsProof
from acclimate.core.scores import Score, Verdict
from acclimate.evaluate.kept import Kept


@dataclass(frozen=True)
class Proven:
    """Scores, verdict, and what the report says about them. `examples` are private.

    `notes` stand beside the verdict, `decisions` among those of the program. `kept` holds, for `test` and `general`, the
    sums over groups that another run is compared with; `thresholds` is what predicting must know.
    """

    scores: list[Score]
    verdict: Verdict
    retention: str
    test: DataFacts
    general: DataFacts | None
    floor_share: float | None
    notes: list[str]
    seconds: float
    examples: list[Example] = field(default_factory=list)
    kept: dict[str, Kept] = field(default_factory=dict)
    terms: TermsProof = field(default_factory=TermsProof)
    memorised: list[Memorised] = field(default_factory=list)
    curves: ClassCurves | None = None
    decisions: list[str] = field(default_factory=list)
    generation: GenerationProof = field(default_factory=GenerationProof)
    thresholds: list[float] | None = None

    def as_json(self) -> dict[str, Any]:
        """Give plain data for JSON."""
        kept = {data: one.as_json() for data, one in self.kept.items()}
        return {**asdict(replace(self, kept={})), "scores": [score.as_json() for score in self.scores], "kept": kept}

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
            {name: Kept.from_json(one) for name, one in data.get("kept", {}).items()},
            TermsProof.from_json(data.get("terms", {})),
            [Memorised(**one) for one in data.get("memorised", [])],
            ClassCurves.from_json(data.get("curves")),
            data.get("decisions", []),
            GenerationProof.from_json(data.get("generation", {})),
            data.get("thresholds"),
        )
