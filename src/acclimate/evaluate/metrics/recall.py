"""How much of what holds is found."""

from __future__ import annotations

from typing import ClassVar

from acclimate.core.answers import ClassAnswers, Kind
from acclimate.core.method import Method
from acclimate.core.scores import GroupSums
from acclimate.evaluate.class_counts import Counted


class Recall(Method):
    """Share of what holds that is said to: TP / (TP + FN). Also called sensitivity.

    Takes: classes of texts; of two labels the second is the positive one.

    Gives: of two labels `recall`. Of more `macro_recall`, the mean over labels, and `recall` of each label as
    slices `label=NAME`; where several may hold also `micro_recall`, all labels together. Where nothing
    holds it has no value; in the mean a label that is only said counts as 0.
    Nothing where a score is answered.

    Options: none.

    When to use: misses are what costs. `precision` is about false alarms, `specificity` about who has nothing.

    Source: scikit-learn's recall_score with zero_division=0 gives the same numbers, but for the one without a value.

    Raises: nothing.
    """

    reads: ClassVar[Kind] = "classes"

    def sums(self, answers: ClassAnswers) -> list[GroupSums]:
        counted = Counted.of(answers)
        if not counted.names:
            return []
        gold_NK, said_NK = counted.gold_NK, counted.said_NK
        return counted.rates("recall", "share of what holds that is found", gold_NK & said_NK, gold_NK)
