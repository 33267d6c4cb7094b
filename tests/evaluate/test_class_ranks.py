"""Neighbours that add to an area alike share a cell: scores and intervals stay what they are with a cell a probability."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from acclimate.core.answers import ClassAnswers
from acclimate.core.scores import GroupSums
from acclimate.evaluate import class_ranks
from acclimate.evaluate.change import Bootstrap, change, own_interval
from acclimate.evaluate.class_ranks import areas, runs
from tests.evaluate.classes_made import one_of

FORMULAS = ["mean_roc_auc", "mean_average_precision"]


def answers(seed: int, labels: int, per_group: int, digits: int) -> ClassAnswers:
    """Rows whose probabilities are rounded to some digits, so that few or many are tied."""
    random = np.random.Generator(np.random.PCG64(seed))
    gold_N = np.random.Generator(np.random.PCG64(99)).integers(0, labels, 120)
    logit_NK = random.normal(size=(120, labels)) + 1.5 * np.eye(labels)[gold_N]
    probability_NK = np.exp(logit_NK) / np.exp(logit_NK).sum(axis=1, keepdims=True)
    groups = [str(number // per_group) for number in range(120)]
    return one_of("abcd"[:labels], gold_N.tolist(), probability_NK.round(digits), groups)


def a_cell_each(probability_N: npt.NDArray[Any], gold_N: npt.NDArray[Any], begins: Any) -> npt.NDArray[np.int64]:
    return np.unique(probability_N, return_inverse=True)[1]


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("labels, per_group, digits", [(2, 1, 9), (2, 1, 2), (2, 4, 9), (3, 1, 9), (3, 4, 1)])
def test_scores_and_intervals_are_those_of_a_cell_a_probability(
    formula: str, labels: int, per_group: int, digits: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measured() -> list[GroupSums]:
        return [areas(answers(seed, labels, per_group, digits), "area", "area", formula)[0] for seed in (1, 2)]

    bootstrap = Bootstrap(resamples=300)
    after, before = measured()
    with monkeypatch.context() as patch:
        patch.setattr(class_ranks, "runs", a_cell_each)
        whole_after, whole_before = measured()
    assert after.cells is not None
    assert whole_after.cells is not None
    assert sum(after.cells.parts) < sum(whole_after.cells.parts)
    assert after.value == pytest.approx(whole_after.value, rel=1e-12)
    for found, whole in (
        (own_interval(after, bootstrap), own_interval(whole_after, bootstrap)),
        (change(after, before, bootstrap), change(whole_after, whole_before, bootstrap)),
    ):
        assert (found.low, found.high) == pytest.approx((whole.low, whole.high), rel=1e-9)


def test_ties_of_both_kinds_stay_a_cell_of_their_own() -> None:
    probability_N = np.array([0.1, 0.2, 0.3, 0.3, 0.4, 0.5, 0.6])
    gold_N = np.array([0, 0, 0, 1, 1, 1, 0], dtype=bool)
    roc, precision = (class_ranks._BEGINS[formula] for formula in FORMULAS)
    assert runs(probability_N, gold_N, roc).tolist() == [0, 0, 1, 1, 2, 2, 3]
    # negatives above a positive share its place: no other positive tells them apart
    assert runs(probability_N, gold_N, precision).tolist() == [0, 0, 1, 1, 2, 3, 3]
