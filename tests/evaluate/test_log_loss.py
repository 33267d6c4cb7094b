import numpy as np
import pytest
from hypothesis import given
from sklearn.metrics import log_loss

from acclimate.core.answers import ClassAnswers
from acclimate.evaluate.metrics.log_loss import LogLoss
from tests.evaluate.classes_made import gold_of, one_label, one_of, scores_of, several_labels, values


@given(one_label(new=False))
def test_it_is_scikit_learns(answers: ClassAnswers) -> None:
    theirs = log_loss(gold_of(answers), answers.probability_NK, labels=[0, 1, 2, 3])
    assert values(LogLoss(), answers) == {"log_loss": pytest.approx(theirs)}


@given(several_labels())
def test_of_several_labels_it_is_the_mean_of_columns(answers: ClassAnswers) -> None:
    theirs = [log_loss(answers.gold_NK[:, k], answers.probability_NK[:, k], labels=[0, 1]) for k in range(4)]
    assert values(LogLoss(), answers) == {"log_loss": pytest.approx(np.mean(theirs))}


def test_a_label_never_seen_had_no_probability() -> None:
    made = one_of(("a", "b"), [-1, 0], [[0.5, 0.5], [1.0, 0.0]])
    assert values(LogLoss(), made)["log_loss"] == pytest.approx(-np.log(np.finfo(float).eps) / 2)
    assert not LogLoss().sums(scores_of([1.0], [1.0]))
