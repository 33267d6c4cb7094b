"""F1 where every label counts alike."""

from __future__ import annotations

from typing import ClassVar

from acclimate.core.answers import ClassAnswers, Kind
from acclimate.core.method import Method
from acclimate.core.scores import GroupSums
from acclimate.evaluate.class_counts import Counted, f1_parts


class MacroF1(Method):
    """Mean over labels of F1 = 2 TP / (2 TP + FP + FN).

    Takes: classes of texts. A label that neither holds nor is said anywhere does not count.

    Gives: `macro_f1`, 0 to 1; nothing where a score is answered.

    Options: none.

    When to use: labels of uneven frequency that matter alike. `micro_f1` counts frequent ones more.

    Source: scikit-learn's f1_score with average="macro" gives the same number.

    Raises: nothing.
    """

    reads: ClassVar[Kind] = "classes"

    def sums(self, answers: ClassAnswers) -> list[GroupSums]:
        counted = Counted.of(answers)
        return counted.mean("macro_f1", "F1", *f1_parts(counted)) if counted.names else []
