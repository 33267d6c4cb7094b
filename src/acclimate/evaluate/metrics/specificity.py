"""How much of what does not hold is left alone."""

from __future__ import annotations

from typing import ClassVar

from acclimate.core.answers import ClassAnswers, Kind
from acclimate.core.method import Method
from acclimate.core.scores import GroupSums
from acclimate.evaluate.class_counts import Counted


class Specificity(Method):
    """Share of what does not hold that is not said to: TN / (TN + FP).

    Takes: classes of texts; of two labels the second is the positive one.

    Gives: of two labels `specificity`. Of more `macro_specificity`, the mean over labels, and `specificity` of each label as
    slices `label=NAME`; where several may hold also `micro_specificity`, all labels together. Where all
    texts are positive it has no value.
    Nothing where a score is answered.

    Options: none.

    When to use: tests for a disease, beside `recall`: how many of the healthy are told so.

    Source: scikit-learn's recall_score of the negative label gives the same number.

    Raises: nothing.
    """

    reads: ClassVar[Kind] = "classes"

    def sums(self, answers: ClassAnswers) -> list[GroupSums]:
        counted = Counted.of(answers)
        if not counted.names:
            return []
        gold_NK, said_NK = counted.gold_NK, counted.said_NK
        return counted.rates(
            "specificity", "share of what does not hold that is not said", ~gold_NK & ~said_NK, ~gold_NK
        )
