"""Answers in classes -> what a report draws of them: confusion matrix, ROC and precision-recall curves, reliability.

Legend of shapes: N rows, K labels, D thresholds.
"""

from __future__ import annotations

import numpy as np

from acclimate.core.answers import ClassAnswers, Floats
from acclimate.core.curves import Bin, ClassCurves, LabelCurve, Points
from acclimate.evaluate.class_counts import Counted, Marks
from acclimate.evaluate.reliability import BINS, bins_of, cases
from acclimate.evaluate.slices import OTHER

MOST_POINTS = 200


def class_curves(answers: ClassAnswers) -> ClassCurves | None:
    """Give the curves; None where a score is answered. A label has one if it may be named and has both kinds of rows."""
    counted = Counted.of(answers)
    if not counted.names:
        return None
    wanted = [label for label in ([1] if counted.two else range(len(counted.names))) if label in counted.shown]
    curves = [
        _label_curve(counted.names[label], counted.gold_NK[:, label], answers.probability_NK[:, label])
        for label in wanted
        if 0 < counted.gold_NK[:, label].sum() < len(counted.gold_NK)
    ]
    labels, confusion = ([], []) if counted.several else _confusion(counted)
    return ClassCurves(labels, confusion, curves, _reliability(answers))


def _confusion(counted: Counted) -> tuple[list[str], list[list[int]]]:
    names = [name if label in counted.shown else OTHER for label, name in enumerate(counted.names)] + [OTHER]
    new_N = len(names) - 1
    gold_N = np.where(counted.gold_NK.any(axis=1), counted.gold_NK.argmax(axis=1), new_N)
    said_N = counted.said_NK.argmax(axis=1)
    shown = [name for name in dict.fromkeys(names) if name != OTHER] + [OTHER]
    place = np.array([shown.index(name) for name in names])
    counts = np.zeros((len(shown), len(shown)), dtype=np.int64)
    np.add.at(counts, (place[gold_N], place[said_N]), 1)
    if not counts[-1].any() and not counts[:, -1].any():
        shown, counts = shown[:-1], counts[:-1, :-1]
    return shown, counts.tolist()


def _label_curve(name: str, positive_N: Marks, probability_N: Floats) -> LabelCurve:
    """Count what is said from each distinct probability upwards, and keep few of many points."""
    distinct, level_N = np.unique(-probability_N, return_inverse=True)
    hit_D = np.cumsum(np.bincount(level_N, weights=positive_N, minlength=len(distinct)))
    alarm_D = np.cumsum(np.bincount(level_N, weights=~positive_N, minlength=len(distinct)))
    positives, negatives = int(hit_D[-1]), int(alarm_D[-1])
    kept_D = np.unique(np.linspace(0, len(distinct) - 1, min(len(distinct), MOST_POINTS - 1)).round().astype(np.int64))
    hit_D, alarm_D = hit_D[kept_D], alarm_D[kept_D]
    roc = [(0.0, 0.0), *_points(alarm_D / negatives, hit_D / positives)]
    return LabelCurve(name, positives, negatives, roc, _points(hit_D / positives, hit_D / (hit_D + alarm_D)))


def _points(xs: Floats, ys: Floats) -> Points:
    return list(zip(xs.tolist(), ys.tolist(), strict=True))


def _reliability(answers: ClassAnswers) -> list[Bin]:
    confidence, right = (one.ravel() for one in cases(answers))
    place = bins_of(confidence)
    some = [(place == number) for number in range(BINS) if (place == number).any()]
    return [Bin(float(confidence[one].mean()), float(right[one].mean()), int(one.sum())) for one in some]
