"""How much of what is said is right."""

from __future__ import annotations

from typing import ClassVar

from acclimate.core.answers import ClassAnswers, Kind
from acclimate.core.method import Method
from acclimate.core.scores import GroupSums
from acclimate.evaluate.class_counts import Counted


class Precision(Method):
    """Share of what is said to hold that does: TP / (TP + FP).

    Takes: classes of texts; of two labels the second is the positive one.

    Gives: of two labels `precision`. Of more `macro_precision`, the mean over labels, and `precision` of each label as
    slices `label=NAME`; where several may hold also `micro_precision`, all labels together. Where nothing is said to
    hold it has no value; in the mean such a label counts as 0.
    Nothing where a score is answered.

    Options: none.

    When to use: false alarms are what costs. `recall` is about what is missed.

    Source: scikit-learn's precision_score with zero_division=0 gives the same numbers, but for the one without a value.

    Raises: nothing.
    """

    reads: ClassVar[Kind] = "classes"

    def sums(self, answers: ClassAnswers) -> list[GroupSums]:
        counted = Counted.of(answers)
        if not counted.names:
            return []
        gold_NK, said_NK = counted.gold_NK, counted.said_NK
        return counted.rates("precision", "share of what is said that is right", gold_NK & said_NK, said_NK)
