"""How often the intervals of scores that are no ratio cover the truth, which is known: macro F1, its change, ROC-AUC.

Rows of one patient are alike. An interval over rows would be too narrow.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest

from acclimate.core.cells import Cells
from acclimate.core.scores import Floats, GroupSums
from acclimate.evaluate.change import Bootstrap, change, own_interval

GROUPS, ROWS, REPEATS, RESAMPLES = 40, 8, 300, 300
SHARES = np.array([0.5, 0.3, 0.2])
GROUP_R = np.repeat(np.arange(GROUPS), ROWS)
NAMES = tuple(str(number) for number in range(GROUPS))
Ints = npt.NDArray[np.int64]


def true_macro_f1(accuracy: float) -> float:
    """An error says the next label: TP = a p, FN = (1 - a) p, FP = (1 - a) p of the label before."""
    true, missed = accuracy * SHARES, (1 - accuracy) * SHARES
    return float((2 * true / (2 * true + missed + np.roll(missed, 1))).mean())


def macro_f1(label_R: Ints, right_R: np.ndarray) -> GroupSums:
    said_R = np.where(right_R, label_R, (label_R + 1) % 3)
    entries = []
    for part in (0, 3, 6):
        entries += [(GROUP_R[right_R], label_R[right_R] + part, 2.0)]
    for part in (3, 6):
        entries += [
            (GROUP_R[~right_R], said_R[~right_R] + part, 1.0),
            (GROUP_R[~right_R], label_R[~right_R] + part, 1.0),
        ]
    cells = Cells.gather("mean_ratio", (3, 3, 3), entries)
    return GroupSums.of_cells("macro_f1", "mean", "higher", NAMES, np.full(GROUPS, float(ROWS)), cells)


def roc_auc(score_R: Floats, positive_R: np.ndarray) -> GroupSums:
    level_R = np.argsort(np.argsort(score_R))
    size = len(score_R)
    cells = Cells.gather("mean_roc_auc", (size, size), [(GROUP_R, level_R + size * ~positive_R, 1)])
    return GroupSums.of_cells("roc_auc", "area", "higher", NAMES, np.full(GROUPS, float(ROWS)), cells)


def covered(what: str) -> float:
    random, hits = np.random.Generator(np.random.PCG64(7)), 0
    for repeat in range(REPEATS):
        bootstrap, luck_R = Bootstrap(resamples=RESAMPLES, seed=repeat), random.random(GROUPS * ROWS)
        easy_R = np.repeat(random.choice([-0.2, 0.2], GROUPS), ROWS)  # an easy patient, or a hard one
        if what == "roc_auc":
            positive_R = random.random(GROUPS * ROWS) < np.repeat(random.beta(2, 2, GROUPS), ROWS)
            score_R = 1.2 * positive_R + np.repeat(0.5 * random.standard_normal(GROUPS), ROWS)
            found = own_interval(roc_auc(score_R + random.standard_normal(GROUPS * ROWS), positive_R), bootstrap)
            truth = 0.5 * (1 + math.erf(1.2 / math.sqrt(2 * 1.25) / math.sqrt(2)))
        else:
            label_R = random.choice(3, GROUPS * ROWS, p=SHARES)
            after, before = (macro_f1(label_R, luck_R < easy_R + accuracy) for accuracy in (0.7, 0.6))
            one = what == "macro_f1"
            found = own_interval(after, bootstrap) if one else change(after, before, bootstrap)
            truth = true_macro_f1(0.7) - (0.0 if one else true_macro_f1(0.6))
        hits += (found.low or 0) <= truth <= (found.high or 0)
    return hits / REPEATS


@pytest.mark.slow
@pytest.mark.parametrize("what", ["macro_f1", "change of macro_f1", "roc_auc"])
def test_a_95_percent_interval_covers_about_95_percent(what: str) -> None:
    assert 0.915 <= covered(what) <= 0.98
