"""The share of texts whose label is right."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from acclimate.core.answers import ClassAnswers, Kind
from acclimate.core.method import Method
from acclimate.core.scores import GroupSums
from acclimate.evaluate.rows import sum_by


class Accuracy(Method):
    """accuracy = texts whose labels are all right / texts.

    Takes: classes. Gives: one score, 0 to 1.

    Options: none.

    When to use: where labels are about equally frequent and equally grave; else macro_f1.

    Source: seed definition, as scikit-learn's accuracy_score.

    Raises: nothing.
    """

    reads: ClassVar[Kind] = "classes"

    def sums(self, answers: ClassAnswers) -> list[GroupSums]:
        if answers.labels.kind == "score":
            return []
        right_N = (answers.said_NK() == (answers.gold_NK > 0)).all(axis=1)
        groups = tuple(dict.fromkeys(answers.groups))
        place_N = np.array([groups.index(group) for group in answers.groups])
        above_G, below_G = sum_by(place_N, right_N, groups), sum_by(place_N, np.ones(len(right_N)), groups)
        return [GroupSums("accuracy", "share of texts", "higher", groups, above_G, below_G, len(right_N))]
