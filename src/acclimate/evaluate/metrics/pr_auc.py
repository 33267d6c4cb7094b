"""Precision over all recalls."""

from __future__ import annotations

from typing import ClassVar

from acclimate.core.answers import ClassAnswers, Kind
from acclimate.core.method import Method
from acclimate.core.scores import GroupSums
from acclimate.evaluate.class_ranks import areas


class PrAuc(Method):
    """Average precision: sum over distinct probabilities d, from the highest, of (R_d - R_before) P_d.

    Takes: classes of texts with their probabilities; of two labels the second is the positive one.

    Gives: of two labels `pr_auc`. Of more their mean, each label against all others, and each as slices `label=NAME`.
    A label that all texts have, or none, has no value and does not count in the mean. Nothing where a score is answered.

    Options: none.

    When to use: rare labels. Guessing gives the label's share, not 0.5 as in `roc_auc`: compare on the same data only.

    Source: scikit-learn's average_precision_score (of more labels: macro) gives the same
    number where each label has both kinds of text.

    Raises: nothing.
    """

    reads: ClassVar[Kind] = "classes"

    def sums(self, answers: ClassAnswers) -> list[GroupSums]:
        return areas(answers, "pr_auc", "average precision", "mean_average_precision")
