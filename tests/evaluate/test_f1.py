import numpy as np
import pytest
from hypothesis import given
from sklearn.metrics import f1_score

from acclimate.core.answers import ClassAnswers
from acclimate.evaluate.metrics.f1 import F1
from tests.evaluate.classes_made import gold_of, one_label, one_of, said_of, seed_001, several_labels, values


def test_seed_001() -> None:
    assert round(values(F1(), seed_001())["f1"], 2) == 0.83


@given(one_label(labels=2))
def test_of_two_labels_it_is_scikit_learns_of_the_second(answers: ClassAnswers) -> None:
    gold, said = (np.array(some(answers)) == 1 for some in (gold_of, said_of))
    theirs = f1_score(gold, said, zero_division=np.nan)
    assert values(F1(), answers) == ({} if np.isnan(theirs) else {"f1": pytest.approx(theirs)})


@given(several_labels())
def test_of_more_each_that_may_be_named_has_its_own(answers: ClassAnswers) -> None:
    gold_NK, said_NK = answers.gold_NK > 0, answers.said_NK()
    each = dict(zip(answers.labels.names, f1_score(gold_NK, said_NK, average=None, zero_division=0), strict=True))
    having = dict(zip(answers.labels.names, gold_NK.sum(axis=0), strict=True))
    expected = {f"f1 label={name}": pytest.approx(each[name]) for name in each if having[name] >= 10}
    assert values(F1(), answers) == expected


def test_a_threshold_decides_what_is_said() -> None:
    made = one_of(("no", "yes"), [1, 1, 0], [[0.7, 0.3], [0.2, 0.8], [0.9, 0.1]], threshold_K=np.array([0.0, 0.25]))
    assert values(F1(), made) == {"f1": 1.0}
