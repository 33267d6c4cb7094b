"""How far scores are off."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from acclimate.core.answers import ClassAnswers, Kind
from acclimate.core.method import Method
from acclimate.core.scores import GroupSums
from acclimate.evaluate.answer_sums import RowSums


class Mae(Method):
    """Mean over texts of |said - right|.

    Takes: scores of texts.

    Gives: `mae`, 0 or more; nothing where classes are answered.

    Options: none.

    When to use: a mistake twice as large is twice as bad. `mse` weighs large ones more.

    Source: scikit-learn's mean_absolute_error gives the same number.

    Raises: nothing.
    """

    reads: ClassVar[Kind] = "classes"

    def sums(self, answers: ClassAnswers) -> list[GroupSums]:
        if answers.labels.kind != "score":
            return []
        said_N, gold_N = answers.probability_NK[:, 0], answers.gold_NK[:, 0]
        return [RowSums(answers.groups).mean("mae", "units of the score", np.abs(said_N - gold_N), better="lower")]
