"""From what a classifier's head says to probabilities of labels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from acclimate.core.answers import Floats
from acclimate.core.labels import Labels


def probabilities(said: Sequence[Floats], row_N: npt.NDArray[np.int32], rows: int, labels: Labels) -> Floats:
    """Give [rows, K]: softmax (one label), sigmoid (several) or the score; the mean over the windows of a row.

    Takes: `said`, the head's [1, K] of each window; `row_N`, the row of each. A row without a window has NaN.
    """
    logits_NK = np.concatenate(said) if said else np.zeros((0, len(labels.names)))
    answers_NK = logits_NK
    if labels.kind == "one":
        raised_NK = np.exp(logits_NK - logits_NK.max(axis=1, keepdims=True))
        answers_NK = raised_NK / raised_NK.sum(axis=1, keepdims=True)
    elif labels.kind == "several":
        answers_NK = 1 / (1 + np.exp(-logits_NK))
    sums_RK = np.zeros((rows, logits_NK.shape[1]))
    np.add.at(sums_RK, row_N, answers_NK)
    counts_R = np.bincount(row_N, minlength=rows)
    with np.errstate(invalid="ignore"):
        return np.asarray(sums_RK / np.where(counts_R, counts_R, np.nan)[:, None])


def gold(labels_RK: npt.NDArray[np.float32], labels: Labels) -> Floats:
    """Give [rows, K]: 1 where a label holds, or the score.

    Takes: `labels_RK`, what the objective's `answer` gives of each row.
    """
    if labels.kind != "one":
        return labels_RK.astype(np.float64)
    gold_RK = np.zeros((len(labels_RK), len(labels.names)))
    number_R = labels_RK[:, 0].astype(np.int64)
    known_R = number_R >= 0
    gold_RK[np.flatnonzero(known_R), number_R[known_R]] = 1.0
    return gold_RK
