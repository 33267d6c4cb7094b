"""How sure a model is, and whether it is right: the cases that calibration is about.

Legend of shapes: N rows, C cases a row (1, or one for each label where several may hold).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from acclimate.core.answers import ClassAnswers, Floats

BINS = 15


def cases(answers: ClassAnswers) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Give confidence and whether it was right: of the most probable label, or of every label where several may hold."""
    gold_NK = answers.gold_NK > 0.5
    if answers.labels.kind == "several":
        return answers.probability_NK, gold_NK
    best_N1 = answers.probability_NK.argmax(axis=1)[:, None]
    return np.take_along_axis(answers.probability_NK, best_N1, axis=1), np.take_along_axis(gold_NK, best_N1, axis=1)


def bins_of(confidence: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Give the bin of each confidence, counted from 0: (0, 1/15], (1/15, 2/15] and so on, 0 in the first."""
    return np.asarray(np.clip(np.ceil(np.asarray(confidence) * BINS) - 1, 0, BINS - 1), dtype=np.int64)
