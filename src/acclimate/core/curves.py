"""What a report draws of answers in classes: counts and rates over many rows, no row's own answer, no rare label's name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Points = list[tuple[float, float]]


@dataclass(frozen=True)
class LabelCurve:
    """One label against all else, at up to 200 thresholds from the highest.

    `roc`: share of negatives that are said, share of positives that are said. `found`: recall, precision.
    """

    label: str
    positives: int
    negatives: int
    roc: Points
    found: Points

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> LabelCurve:
        """Undo `asdict`."""
        lines = {key: [(x, y) for x, y in data[key]] for key in ("roc", "found")}
        return cls(**{**data, **lines})


@dataclass(frozen=True)
class Bin:
    """Cases whose confidence lies in one of the bins of equal width: their mean confidence, and the share that is right."""

    confidence: float
    right: float
    cases: int


@dataclass(frozen=True)
class ClassCurves:
    """The trained model on test rows.

    `confusion`: rows of `labels` as they are right, columns as they are said; empty where several may hold. Labels that
    fewer than 10 groups have are one, "other", and so are those that training never saw.
    """

    labels: list[str] = field(default_factory=list)
    confusion: list[list[int]] = field(default_factory=list)
    curves: list[LabelCurve] = field(default_factory=list)
    reliability: list[Bin] = field(default_factory=list)

    @classmethod
    def from_json(cls, data: dict[str, Any] | None) -> ClassCurves | None:
        """Undo `asdict`; nothing stays nothing."""
        if data is None:
            return None
        curves, bins = (
            [LabelCurve.from_json(one) for one in data["curves"]],
            [Bin(**one) for one in data["reliability"]],
        )
        return cls(data["labels"], data["confusion"], curves, bins)
