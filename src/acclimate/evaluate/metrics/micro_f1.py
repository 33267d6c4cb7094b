"""F1 over all labels together."""

from __future__ import annotations

from typing import ClassVar

from acclimate.core.answers import ClassAnswers, Kind
from acclimate.core.method import Method
from acclimate.core.scores import GroupSums
from acclimate.evaluate.class_counts import Counted, f1_parts


class MicroF1(Method):
    """2 TP / (2 TP + FP + FN), summed over all labels first. Where one label holds and none is new it is the accuracy.

    Takes: classes of texts.

    Gives: `micro_f1`, 0 to 1; nothing where a score is answered.

    Options: none.

    When to use: several labels at once, each decision counting alike. `macro_f1` counts each label alike.

    Source: scikit-learn's f1_score with average="micro" gives the same number.

    Raises: nothing.
    """

    reads: ClassVar[Kind] = "classes"

    def sums(self, answers: ClassAnswers) -> list[GroupSums]:
        counted = Counted.of(answers)
        return counted.pooled("micro_f1", "F1", *f1_parts(counted)) if counted.names else []
