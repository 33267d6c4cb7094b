"""Areas under curves: rows in the order of their probabilities, so that areas are exact.

Every distinct probability is a cell of its own, but where rows are alike they share one: what a row adds to an area hangs
only on those of the other kind (under the ROC curve) or on the positives (average precision) that it stands above and
below. Such runs are one cell, and an interval over thousands of rows has far fewer cells to sum.

Legend of shapes: N rows, K labels, D distinct probabilities in rising order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from acclimate.core.answers import ClassAnswers
from acclimate.core.cells import Cells
from acclimate.core.scores import GroupSums
from acclimate.evaluate.class_counts import Counted

_NEGATIVE, _POSITIVE = 1, 2
Kinds = npt.NDArray[np.int64]
Begins = Callable[[Kinds, Kinds], npt.NDArray[np.bool_]]


def _not_alike(before_D: Kinds, kind_D: Kinds) -> npt.NDArray[np.bool_]:
    """Under the ROC curve: neighbours of one kind are alike."""
    return np.asarray((kind_D != before_D) | (kind_D == _NEGATIVE | _POSITIVE))


def _with_positives(before_D: Kinds, kind_D: Kinds) -> npt.NDArray[np.bool_]:
    """In the average precision a positive counts all those above it: negatives are alike between two of them, also with those
    that are tied with the lower one.
    """
    return np.asarray(kind_D & _POSITIVE > 0)


_BEGINS: dict[str, Begins] = {"mean_roc_auc": _not_alike, "mean_average_precision": _with_positives}
"""Of which kinds of probabilities a cell begins, given the kinds of those before."""


def areas(answers: ClassAnswers, name: str, unit: str, formula: str) -> list[GroupSums]:
    """Give a formula of rows in order: of the positive label of two; else the mean over labels, and of each as slices.

    A label counts where rows have it and rows have it not. In a mean a label stands against all others.
    """
    counted = Counted.of(answers)
    if counted.two:
        return [one for one in [_area(answers, counted, [1], (name, counted.about(unit)), formula)] if one.measured]
    if not counted.names:
        return []
    every = range(len(counted.names))
    found = [_area(answers, counted, every, (name, f"{unit}, mean over labels"), formula)]
    for label in counted.shown:
        one = _area(answers, counted, [label], (name, unit), formula)
        found.append(replace(one, slice=counted.slice_of(label)))
    return [one for one in found if one.measured]


def _area(
    answers: ClassAnswers, counted: Counted, labels: Sequence[int], said: tuple[str, str], formula: str
) -> GroupSums:
    parts: list[int] = []
    entries = []
    for label in labels:
        gold_N = counted.gold_NK[:, label]
        run_N = runs(answers.probability_NK[:, label], gold_N, _BEGINS[formula])
        count = int(run_N.max(initial=-1)) + 1
        entries.append((counted.rows.place_R, sum(parts) + run_N + count * ~gold_N, 1.0))
        parts += [count] * 2
    return counted.rows.of_cells(*said, Cells.gather(formula, parts, entries))


def runs(
    probability_N: npt.NDArray[np.float64], gold_N: npt.NDArray[np.bool_], begins: Begins
) -> npt.NDArray[np.int64]:
    """Give each row's place in the order of probabilities, where those that are alike share a place."""
    distinct_D, level_N = np.unique(probability_N, return_inverse=True)
    kind_D = np.zeros(len(distinct_D), dtype=np.int64)
    kind_D[level_N[gold_N]] |= _POSITIVE
    kind_D[level_N[~gold_N]] |= _NEGATIVE
    begins_D = np.ones(len(distinct_D), dtype=np.bool_)
    begins_D[1:] = begins(kind_D[:-1], kind_D[1:])
    return (np.cumsum(begins_D) - 1)[level_N]
