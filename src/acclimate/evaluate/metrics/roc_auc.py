"""How well probabilities tell texts with a label from those without."""

from __future__ import annotations

from typing import ClassVar

from acclimate.core.answers import ClassAnswers, Kind
from acclimate.core.method import Method
from acclimate.core.scores import GroupSums
from acclimate.evaluate.class_ranks import areas


class RocAuc(Method):
    """Area under the ROC curve: how often a text with the label has a higher probability of it than one without; ties half.

    Takes: classes of texts with their probabilities; of two labels the second is the positive one.

    Gives: of two labels `roc_auc`. Of more their mean, each label against all others, and each as slices `label=NAME`.
    A label that all texts have, or none, has no value and does not count in the mean. Nothing where a score is answered.

    Options: none.

    When to use: how good the order is, whatever threshold is chosen. Where positives are rare, `pr_auc` says more.

    Source: scikit-learn's roc_auc_score (of more labels: one against the rest, macro) gives the same
    number where each label has both kinds of text.

    Raises: nothing.
    """

    reads: ClassVar[Kind] = "classes"

    def sums(self, answers: ClassAnswers) -> list[GroupSums]:
        return areas(answers, "roc_auc", "area under the ROC curve", "mean_roc_auc")
