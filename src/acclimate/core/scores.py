"""Scores as sums over groups: most are theta = sum of numerators / sum of denominators (docs/measuring.md, Change)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from acclimate.core.cells import Cells
from acclimate.core.formulas import RANGES

Floats = npt.NDArray[np.float64]
_SPELT = {
    "auc": "AUC", "roc": "ROC", "pr": "PR", "f1": "F1", "bleu": "BLEU", "chrf": "chrF", "rouge1": "ROUGE-1", "rouge2": "ROUGE-2",
    "rougeL": "ROUGE-L",
}  # fmt: skip

_UNTIL_ONE = ("share", "harmonic mean of precision", "F1 of", "precision of", "recall of")
"""How units of ratios begin that lie within 0 and 1."""


def spelt(name: str) -> str:
    """Give the name of a score as it stands within a sentence: entity_f1 -> entity F1."""
    return " ".join(_SPELT.get(word, word) for word in name.split("_"))


@dataclass(frozen=True)
class GroupSums:
    """One score of one arm on one data set, before it becomes a number.

    `name`, `unit`, `better` as in scores.json; `groups` names the G groups in the order of the two arrays. The score
    is `transform(numerator_G.sum() / denominator_G.sum())`, where `transform` is "identity", or "exp" for perplexities.
    `n_G` is `n` by group where the denominator does not count it (bytes of words). A score that is no ratio (macro F1, an
    area under a curve) has `cells`; then `denominator_G` counts what was measured of each group, and there are no
    numerators (NaN). `slice` is the part that the score is of (`label=fever`), as in scores.json.
    """

    name: str
    unit: str
    better: str
    groups: tuple[str, ...]
    numerator_G: Floats
    denominator_G: Floats
    n: int
    transform: str = "identity"
    n_G: Floats | None = None
    cells: Cells | None = None
    slice: str | None = None

    @classmethod
    def of_cells(cls, name: str, unit: str, better: str, groups: tuple[str, ...], rows_G: Floats, cells: Cells) -> GroupSums:  # fmt: skip
        """Give a score that is a formula of cells, with the number of rows of each group."""
        return cls(name, unit, better, groups, np.full(len(groups), np.nan), rows_G, int(rows_G.sum()), cells=cells)

    def only(self, some_G: npt.NDArray[np.bool_]) -> GroupSums:
        """Give the score of some of the groups; the others stay as groups that nothing was measured of."""
        above_G, below_G = np.where(some_G, self.numerator_G, 0.0), np.where(some_G, self.denominator_G, 0.0)
        counted_G = self.denominator_G if self.n_G is None else self.n_G
        cells = None if self.cells is None else self.cells.only(some_G)
        return replace(self, numerator_G=above_G, denominator_G=below_G, n=int(counted_G[some_G].sum()), cells=cells)

    @property
    def measured(self) -> bool:
        """Whether there is a score at all: something was measured, and the formula is defined for it."""
        return bool(self.denominator_G.any()) and (self.cells is None or math.isfinite(self.cells.value))

    @property
    def value(self) -> float:
        """The score."""
        if self.cells is not None:
            return self.cells.value
        ratio = float(self.numerator_G.sum() / self.denominator_G.sum())
        return float(np.exp(ratio)) if self.transform == "exp" else ratio

    @property
    def range(self) -> tuple[float, float]:
        """The least and the greatest value that such a score can have, where that is known: 0 and 1 of a share."""
        if self.cells is not None:
            return RANGES[self.cells.formula]
        return (0.0, 1.0) if self.unit.startswith(_UNTIL_ONE) else (-math.inf, math.inf)


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
    run: str | None = None
    slice: str | None = None
    seed: int | None = None

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
