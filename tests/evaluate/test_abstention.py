"""Coverage, and accuracy on what is answered, against numbers counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from acclimate.core.answers import ClassAnswers
from acclimate.core.labels import Labels
from acclimate.evaluate.abstention import abstention
from acclimate.evaluate.change import Bootstrap, own_interval
from acclimate.evaluate.scores import undefined

LABELS = Labels("one", ("a", "b", "c"))
# (probabilities, the right label or -1 for one that training never saw)
ROWS = [
    ((0.80, 0.10, 0.10), 0),
    ((0.10, 0.75, 0.15), 0),
    ((0.40, 0.35, 0.25), 0),
    ((0.10, 0.20, 0.70), 2),
    ((0.05, 0.05, 0.90), -1),
    ((0.34, 0.33, 0.33), 1),
]


def answers(times: int = 1) -> ClassAnswers:
    probability_NK = np.array([row for row, _ in ROWS] * times)
    gold_NK = np.array([np.eye(3)[gold] if gold >= 0 else np.zeros(3) for _, gold in ROWS] * times)
    ids = tuple(f"r{number}" for number in range(len(probability_NK)))
    return ClassAnswers(ids, ids, LABELS, gold_NK, probability_NK)


def test_both_are_what_one_counts_by_hand() -> None:
    """At 0.7 four of six are answered: one wrong, one of a label that training never saw."""
    coverage, accuracy = abstention(answers(), 0.7)
    assert (coverage.name, coverage.value, coverage.n) == ("coverage", pytest.approx(4 / 6), 6)
    assert (accuracy.name, accuracy.value, accuracy.n) == ("accuracy_answered", pytest.approx(2 / 4), 4)
    coverage, accuracy = abstention(answers(), 0.1)
    assert (coverage.value, accuracy.value) == (1.0, pytest.approx(3 / 6))


def test_they_have_the_intervals_of_other_ratios() -> None:
    for one in abstention(answers(times=20), 0.7):
        found = own_interval(one, Bootstrap(500, 0.95, 0))
        assert found.low is not None
        assert found.high is not None
        assert found.low < one.value < found.high


def test_nothing_answered_has_no_accuracy_and_that_is_said() -> None:
    (coverage,) = abstention(answers(), 0.95)
    assert coverage.value == 0.0
    (said,) = undefined({"after": [coverage]}, ["accuracy_answered"])
    assert said.startswith("accuracy_answered has no value after")
    assert "no text was answered" in said
