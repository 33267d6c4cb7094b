"""Precision and recall in one number."""

from __future__ import annotations

from typing import ClassVar

from acclimate.core.answers import ClassAnswers, Kind
from acclimate.core.method import Method
from acclimate.core.scores import GroupSums
from acclimate.evaluate.class_counts import Counted, f1_parts


class F1(Method):
    """Harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN).

    Takes: classes of texts; of two labels the second is the positive one.

    Gives: of two labels `f1`; of more `f1` of each label as slices `label=NAME`. A label that neither holds nor is said has
    none. Nothing where a score is answered.

    Options: none.

    When to use: a rare label that must be found without many false alarms. Over all labels: `macro_f1`, `micro_f1`.

    Source: scikit-learn's f1_score gives the same numbers.

    Raises: nothing.
    """

    reads: ClassVar[Kind] = "classes"

    def sums(self, answers: ClassAnswers) -> list[GroupSums]:
        counted, unit = Counted.of(answers), "harmonic mean of precision and recall"
        if not counted.names:
            return []
        above_NK, below_NK = f1_parts(counted)
        if counted.two:
            return counted.rate("f1", counted.about(unit), above_NK[:, 1], below_NK[:, 1])
        return counted.each("f1", unit, above_NK, below_NK)
