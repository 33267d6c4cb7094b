import numpy as np
import pytest
from hypothesis import given
from sklearn.metrics import brier_score_loss

from acclimate.core.answers import ClassAnswers
from acclimate.evaluate.metrics.brier import Brier
from tests.evaluate.classes_made import gold_of, one_label, one_of, scores_of, several_labels, values


@pytest.mark.parametrize("labels", [2, 4])
def test_it_is_scikit_learns(labels: int) -> None:
    @given(one_label(labels=labels, new=False))
    def holds(answers: ClassAnswers) -> None:
        said = answers.probability_NK[:, 1] if labels == 2 else answers.probability_NK
        theirs = brier_score_loss(gold_of(answers), said, labels=list(range(labels)))
        assert values(Brier(), answers) == {"brier": pytest.approx(theirs)}

    holds()


@given(several_labels())
def test_of_several_labels_it_is_the_mean_of_columns(answers: ClassAnswers) -> None:
    theirs = [brier_score_loss(answers.gold_NK[:, k], answers.probability_NK[:, k], labels=[0, 1]) for k in range(4)]
    assert values(Brier(), answers) == {"brier": pytest.approx(np.mean(theirs))}


def test_of_a_label_never_seen_nothing_holds() -> None:
    assert values(Brier(), one_of(("a", "b", "c"), [-1], [[0.5, 0.25, 0.25]]))["brier"] == 0.375
    assert not Brier().sums(scores_of([1.0], [1.0]))
