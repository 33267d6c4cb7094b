"""How far probabilities are from how often they are right."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from acclimate.core.answers import ClassAnswers, Kind
from acclimate.core.method import Method
from acclimate.core.scores import GroupSums
from acclimate.evaluate.answer_sums import RowSums
from acclimate.evaluate.reliability import BINS, bins_of, cases


class CalibrationError(Method):
    """Expected calibration error: in 15 bins of equal width, how far confidence is from accuracy.

        sum over bins b of |sum of confidence in b - texts of b that are right| / texts

    Takes: classes of texts with their probabilities. Confidence is the highest probability, whatever threshold is set;
    right is that its label holds. Where several labels may hold, each label of each text is one case: confidence is its
    probability, and right is that it holds. Bins are (0, 1/15], (1/15, 2/15] and so on, 0 in the first.

    Gives: `calibration_error`, 0 to 1; nothing where a score is answered. Even of a perfectly calibrated model it is above
    0, the more so the fewer the texts, and so it has no interval.

    Options: none.

    When to use: where probabilities are read as such, or something is left to a person below a threshold. `brier` and
    `log_loss` also reward telling cases apart.

    Source: Guo et al. 2017 (On Calibration of Modern Neural Networks).

    Raises: nothing.
    """

    reads: ClassVar[Kind] = "classes"

    def sums(self, answers: ClassAnswers) -> list[GroupSums]:
        if answers.labels.kind == "score":
            return []
        confidence_NC, right_NC = cases(answers)
        bin_NC = bins_of(confidence_NC)
        gap_NB = np.zeros((len(confidence_NC), BINS))
        for confidence_N, right_N, bin_N in zip(confidence_NC.T, right_NC.T, bin_NC.T, strict=True):
            gap_NB[np.arange(len(bin_N)), bin_N] += confidence_N - right_N
        rows, cases_N1 = RowSums(answers.groups), np.full((len(bin_NC), 1), float(bin_NC.shape[1]))
        unit = f"distance of confidence from accuracy, {BINS} bins"
        return [rows.formula("calibration_error", unit, "calibration_error", [gap_NB, cases_N1], better="lower")]
