"""How far scores are off, squared."""

from __future__ import annotations

from typing import ClassVar

from acclimate.core.answers import ClassAnswers, Kind
from acclimate.core.method import Method
from acclimate.core.scores import GroupSums
from acclimate.evaluate.answer_sums import RowSums


class Mse(Method):
    """Mean over texts of (said - right)^2.

    Takes: scores of texts.

    Gives: `mse`, 0 or more; nothing where classes are answered.

    Options: none.

    When to use: few large mistakes are worse than many small ones. `mae` is in the score's own unit.

    Source: scikit-learn's mean_squared_error gives the same number.

    Raises: nothing.
    """

    reads: ClassVar[Kind] = "classes"

    def sums(self, answers: ClassAnswers) -> list[GroupSums]:
        if answers.labels.kind != "score":
            return []
        said_N, gold_N = answers.probability_NK[:, 0], answers.gold_NK[:, 0]
        return [
            RowSums(answers.groups).mean("mse", "squared units of the score", (said_N - gold_N) ** 2, better="lower")
        ]
