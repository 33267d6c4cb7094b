"""Whether scores rise and fall together."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from acclimate.core.answers import ClassAnswers, Kind
from acclimate.core.method import Method
from acclimate.core.scores import GroupSums
from acclimate.evaluate.answer_sums import RowSums


class Pearson(Method):
    """Correlation of right and said scores: cov(x, y) / (sd(x) sd(y)).

    Takes: scores of texts.

    Gives: `pearson`, -1 to 1; nothing where classes are answered, or where right or said scores do not vary.

    Options: none.

    When to use: scores whose scale does not matter (similarity of two sentences). `mse` and `mae` measure the scale too.

    Source: numpy's corrcoef gives the same number.

    Raises: nothing.
    """

    reads: ClassVar[Kind] = "classes"

    def sums(self, answers: ClassAnswers) -> list[GroupSums]:
        if answers.labels.kind != "score":
            return []
        both = [answers.probability_NK[:, :1], answers.gold_NK[:, :1]]
        if any((one_N1 == one_N1[:1]).all() for one_N1 in both):
            return []
        said_N1, gold_N1 = (one_N1 - one_N1.mean() for one_N1 in both)
        parts = [np.ones_like(said_N1), said_N1, gold_N1, said_N1**2, gold_N1**2, said_N1 * gold_N1]
        one = RowSums(answers.groups).formula("pearson", "correlation of right and said scores", "pearson", parts)
        return [one] if one.measured else []
