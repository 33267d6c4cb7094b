"""Right and said labels, and rates of them: over all labels, their mean, and each label by itself.

A rate is a sum over rows divided by another. A rate that would divide by 0 is left out; in a mean over labels it counts
as 0, as in scikit-learn, and labels that neither hold nor are said anywhere don't count.

Legend of shapes: N rows, K labels, C labels cut to a level.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from acclimate.core.answers import ClassAnswers
from acclimate.core.labels import levels_of
from acclimate.core.scores import GroupSums
from acclimate.evaluate.answer_sums import RowSums
from acclimate.evaluate.rows import sum_by
from acclimate.evaluate.scores import ACCURACY_ANSWERED
from acclimate.evaluate.slices import FEWEST_SHOWN

Marks = npt.NDArray[np.bool_]
Values = npt.NDArray[Any]


@dataclass(frozen=True)
class Counted:
    """Which labels hold and which are said to. `two`: it is about the second of two labels, the positive one."""

    rows: RowSums
    names: tuple[str, ...]
    several: bool
    two: bool
    gold_NK: Marks
    said_NK: Marks

    @classmethod
    def of(cls, answers: ClassAnswers) -> Counted:
        """Take what answers say; there are no labels where a score is answered."""
        labels = answers.labels
        names = () if labels.kind == "score" else labels.names
        gold_NK, said_NK = answers.gold_NK > 0.5, answers.said_NK()
        two = labels.positive is not None
        several = labels.kind == "several"
        return cls(RowSums(answers.groups), names, several, two, gold_NK[:, : len(names)], said_NK[:, : len(names)])

    def at_level(self, level: int) -> Counted:
        """Give labels cut to their first levels: of `a > b > c` at level 2 `a > b`. A shorter one stays as it is."""
        cut = [found[min(level, len(found)) - 1] for found in levels_of(self.names)]
        names = tuple(dict.fromkeys(cut))
        belongs_KC = np.array([[one == name for name in names] for one in cut])
        gold_NC, said_NC = self.gold_NK @ belongs_KC, self.said_NK @ belongs_KC
        return replace(self, names=names, two=False, gold_NK=gold_NC, said_NK=said_NC)

    @property
    def right_N(self) -> Marks:
        """Rows of which all is right. Where the right label is one that training never saw, nothing is."""
        same_N: Marks = (self.gold_NK == self.said_NK).all(axis=1)
        return same_N if self.several else same_N & self.gold_NK.any(axis=1)

    def rate(self, name: str, unit: str, above_N: Values, below_N: Values) -> list[GroupSums]:
        """Give sum above / sum below, where there is something to divide by. `n` counts rows that have to do with it."""
        one = self.rows.ratio(name, unit, above_N, below_N)
        n_G = sum_by(self.rows.place_R, below_N > 0, self.rows.groups)
        return [replace(one, n=int(n_G.sum()), n_G=n_G)] if one.n else []

    def pooled(self, name: str, unit: str, above_NK: Values, below_NK: Values) -> list[GroupSums]:
        """Give a rate over all rows and labels together (micro)."""
        return self.rate(name, f"{unit}, all labels together", above_NK.sum(axis=1), below_NK.sum(axis=1))

    def mean(self, name: str, unit: str, above_NK: Values, below_NK: Values) -> list[GroupSums]:
        """Give the mean of the labels' rates (macro)."""
        occurs_NK = self.gold_NK | self.said_NK
        parts = [np.asarray(some_NK, dtype=np.float64) for some_NK in (above_NK, below_NK, occurs_NK)]
        one = self.rows.formula(name, f"{unit}, mean over labels", "mean_ratio", parts)
        return [one] if one.measured else []

    def each(self, name: str, unit: str, above_NK: Values, below_NK: Values) -> list[GroupSums]:
        """Give the rate of each label that may be shown, as slices `label=NAME`."""
        found = [
            (label, one)
            for label in self.shown
            for one in self.rate(name, unit, above_NK[:, label], below_NK[:, label])
        ]
        return [replace(one, slice=self.slice_of(label)) for label, one in found]

    def rates(self, name: str, unit: str, above_NK: Values, below_NK: Values) -> list[GroupSums]:
        """Give the rate of the positive label of two; else mean, together (where several hold), and each."""
        if self.two:
            return self.rate(name, self.about(unit), above_NK[:, 1], below_NK[:, 1])
        found = self.mean(f"macro_{name}", unit, above_NK, below_NK)
        if self.several:
            found += self.pooled(f"micro_{name}", unit, above_NK, below_NK)
        return found + self.each(name, unit, above_NK, below_NK)

    def about(self, unit: str) -> str:
        """Name the positive label in a unit of two labels' score."""
        return f"{unit}, about {self.names[1]!r}"

    @property
    def shown(self) -> list[int]:
        """The labels that may be shown by name: those that at least 10 groups have."""
        return shown_labels(self.rows, self.gold_NK)

    def slice_of(self, label: int) -> str:
        """Name the slice of a label's scores."""
        return f"label={self.names[label]}"


def shown_labels(rows: RowSums, gold_NK: Marks) -> list[int]:
    """Give the labels that hold in rows of at least 10 groups."""
    having = [len(np.unique(rows.place_R[gold_NK[:, label]])) for label in range(gold_NK.shape[1])]
    return [label for label, groups in enumerate(having) if groups >= FEWEST_SHOWN]


def expected_scores(answers: ClassAnswers, *, abstains: bool = False) -> tuple[str, ...]:
    """Name the scores that have a value unless what they divide by did not occur."""
    if abstains:
        return *expected_scores(answers), ACCURACY_ANSWERED
    if answers.labels.kind == "score":
        return ("pearson",)
    if answers.labels.positive is not None:
        return "precision", "recall", "specificity", "f1", "roc_auc", "pr_auc", "matthews"
    return ("roc_auc", "pr_auc", "matthews") if answers.labels.kind == "one" else ("roc_auc", "pr_auc")


def f1_parts(counted: Counted) -> Sequence[Values]:
    """Give what each row adds to 2 TP and to 2 TP + FP + FN of each label."""
    return 2 * (counted.gold_NK & counted.said_NK), counted.gold_NK.astype(np.int64) + counted.said_NK
