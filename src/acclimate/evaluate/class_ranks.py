"""Areas under curves: rows in the order of their probabilities, every distinct one a cell of its own, so that areas are exact.

Legend of shapes: N rows, K labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from acclimate.core.answers import ClassAnswers
from acclimate.core.cells import Cells
from acclimate.core.scores import GroupSums
from acclimate.evaluate.class_counts import Counted


def areas(answers: ClassAnswers, name: str, unit: str, formula: str) -> list[GroupSums]:
    """Give a formula of rows in order: of the positive label of two; else the mean over labels, and of each as slices.

    A label counts where rows have it and rows have it not. In a mean a label stands against all others.
    """
    counted = Counted.of(answers)
    if counted.two:
        return [one for one in [_area(answers, counted, [1], (name, unit), formula)] if one.measured]
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
        distinct, level_N = np.unique(answers.probability_NK[:, label], return_inverse=True)
        cell_N = sum(parts) + level_N + len(distinct) * ~counted.gold_NK[:, label]
        entries.append((counted.rows.place_R, cell_N, 1.0))
        parts += [len(distinct)] * 2
    return counted.rows.of_cells(*said, Cells.gather(formula, parts, entries))
