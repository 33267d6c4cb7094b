"""Scores as sums over groups: every score is theta = sum of numerators / sum of denominators (docs/measuring.md, Change)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class GroupSums:
    """One score of one arm on one data set, before it becomes a number.

    `name`, `unit`, `better` as in scores.json; `groups` names the G groups in the order of the two arrays. The score
    is `transform(numerator_G.sum() / denominator_G.sum())`, where `transform` is "identity", or "exp" for perplexities.
    """

    name: str
    unit: str
    better: str
    groups: tuple[str, ...]
    numerator_G: Floats
    denominator_G: Floats
    n: int
    transform: str = "identity"

    @property
    def value(self) -> float:
        """The score."""
        ratio = float(self.numerator_G.sum() / self.denominator_G.sum())
        return float(np.exp(ratio)) if self.transform == "exp" else ratio


@dataclass(frozen=True)
class Score:
    """One line of scores.json; docs/scores.md explains each field."""

    phase: str
    when: str
    data: str
    name: str
    value: float
    unit: str
    better: str
    n: int
    low: float | None = None
    high: float | None = None
    against: str | None = None
    resampled_by: str | None = None
    groups: int | None = None
    primary: bool | None = None

    def as_json(self) -> dict[str, Any]:
        """Give the line with `low` and `high` always there and other fields only where they are set.

        JSON has no NaN: a value that is no finite number becomes null.
        """
        line = {key: value for key, value in vars(self).items() if value is not None}
        numbers = {key: _finite(getattr(self, key)) for key in ("value", "low", "high")}
        return {**line, **numbers}

    @classmethod
    def from_json(cls, line: Mapping[str, Any]) -> Score:
        """Undo `as_json`."""
        return cls(**{**line, "value": math.nan if line["value"] is None else line["value"]})


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


@dataclass(frozen=True)
class Verdict:
    """What is said in the end: `verdict` is better, worse, no difference shown, or not measurable."""

    verdict: str
    primary: str
    sentence: str
