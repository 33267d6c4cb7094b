import numpy as np
import pytest
from hypothesis import given
from sklearn.metrics import accuracy_score, f1_score

from acclimate.core.answers import ClassAnswers
from acclimate.evaluate.metrics.micro_f1 import MicroF1
from tests.evaluate.classes_made import gold_of, one_label, said_of, several_labels, values


@given(several_labels())
def test_it_is_scikit_learns(answers: ClassAnswers) -> None:
    theirs = f1_score(answers.gold_NK > 0, answers.said_NK(), average="micro", zero_division=np.nan)
    assert values(MicroF1(), answers) == ({} if np.isnan(theirs) else {"micro_f1": pytest.approx(theirs)})


@given(one_label(new=False))
def test_where_one_label_holds_it_is_the_accuracy(answers: ClassAnswers) -> None:
    theirs = accuracy_score(gold_of(answers), said_of(answers))
    assert values(MicroF1(), answers) == {"micro_f1": pytest.approx(theirs)}
