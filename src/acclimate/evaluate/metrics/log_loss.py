"""How surprising the right labels are."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from acclimate.core.answers import ClassAnswers, Kind
from acclimate.core.method import Method
from acclimate.core.scores import GroupSums
from acclimate.evaluate.answer_sums import RowSums


class LogLoss(Method):
    """Mean over texts of -ln p(right label), in nats; of several labels the mean over them of -ln p(whether it holds).

    Takes: classes of texts with their probabilities, none of them taken for less than 2.2e-16. A label that training never
    saw has a probability of 0.

    Gives: `log_loss`, 0 or more; nothing where a score is answered.

    Options: none.

    When to use: probabilities that are read as such. One sure mistake weighs much; `brier` is bounded.

    Source: scikit-learn's log_loss gives the same number (of several labels: that of each column, averaged).

    Raises: nothing.
    """

    reads: ClassVar[Kind] = "classes"

    def sums(self, answers: ClassAnswers) -> list[GroupSums]:
        if answers.labels.kind == "score":
            return []
        gold_NK, least = answers.gold_NK > 0.5, np.finfo(np.float64).eps
        right_N = (answers.probability_NK * gold_NK).sum(axis=1, keepdims=True)
        if answers.labels.kind == "several":
            right_N = np.where(gold_NK, answers.probability_NK, 1 - answers.probability_NK)
        loss_N = -np.log(np.clip(right_N, least, 1 - least)).mean(axis=1)
        return [RowSums(answers.groups).mean("log_loss", "nats a text", loss_N, better="lower")]
