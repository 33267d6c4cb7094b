"""How often all is right."""

from __future__ import annotations

from typing import ClassVar

from acclimate.core.answers import ClassAnswers, Kind
from acclimate.core.method import Method
from acclimate.core.scores import GroupSums
from acclimate.evaluate.class_counts import Counted


class Accuracy(Method):
    """Share of texts that are labelled right: right / texts. Where several labels may hold, all of them must be right.

    Takes: classes of texts. A text whose right label training never saw counts as wrong.

    Gives: `accuracy`, 0 to 1; nothing where a score is answered.

    Options: none.

    When to use: labels that are about equally frequent. Where one is rare, `macro_f1`, `matthews` or `pr_auc`: whoever
    always says the frequent one has a high accuracy.

    Source: scikit-learn's accuracy_score gives the same number.

    Raises: nothing.
    """

    reads: ClassVar[Kind] = "classes"

    def sums(self, answers: ClassAnswers) -> list[GroupSums]:
        counted = Counted.of(answers)
        unit = "share of texts whose labels are all right" if counted.several else "share of texts whose label is right"
        return [counted.rows.mean("accuracy", unit, counted.right_N)] if counted.names else []
