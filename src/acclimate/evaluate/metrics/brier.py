"""How far probabilities are from what holds, squared."""

from __future__ import annotations

from typing import ClassVar

from acclimate.core.answers import ClassAnswers, Kind
from acclimate.core.method import Method
from acclimate.core.scores import GroupSums
from acclimate.evaluate.answer_sums import RowSums


class Brier(Method):
    """Mean over texts of (p - y)^2, y being 1 where the label holds, else 0.

    Of two labels it is about the second; of more it is summed over them; where several may hold, averaged over them.

    Takes: classes of texts with their probabilities. A label that training never saw leaves all y at 0.

    Gives: `brier`, 0 to 1 (of more than two labels: to 2); nothing where a score is answered.

    Options: none.

    When to use: probabilities that are read as such. `log_loss` weighs a sure mistake more; `calibration_error` shows how
    much of it is a matter of calibration.

    Source: Brier 1950; scikit-learn's brier_score_loss gives the same number.

    Raises: nothing.
    """

    reads: ClassVar[Kind] = "classes"

    def sums(self, answers: ClassAnswers) -> list[GroupSums]:
        labels = answers.labels
        if labels.kind == "score":
            return []
        square_NK = (answers.probability_NK - (answers.gold_NK > 0.5)) ** 2
        square_N = square_NK.mean(axis=1) if labels.kind == "several" else square_NK.sum(axis=1)
        if labels.positive is not None:
            square_N = square_NK[:, 1]
        return [RowSums(answers.groups).mean("brier", "squared distance of probabilities", square_N, better="lower")]
