import numpy as np
import pytest
from hypothesis import given
from sklearn.metrics import recall_score

from acclimate.core.answers import ClassAnswers
from acclimate.evaluate.metrics.specificity import Specificity
from tests.evaluate.classes_made import gold_of, one_label, one_of, said_of, seed_001, several_labels, values


def test_seed_001() -> None:
    assert values(Specificity(), seed_001())["specificity"] == 0.96


@given(one_label(labels=2, new=False))
def test_it_is_the_recall_of_the_negative_label(answers: ClassAnswers) -> None:
    theirs = recall_score(gold_of(answers), said_of(answers), pos_label=0, labels=[0, 1], zero_division=np.nan)
    assert values(Specificity(), answers) == ({} if np.isnan(theirs) else {"specificity": pytest.approx(theirs)})


@given(several_labels())
def test_of_several_labels_each_counts_alike(answers: ClassAnswers) -> None:
    gold_NK, said_NK = answers.gold_NK > 0, answers.said_NK()
    each = [
        recall_score(~gold_NK[:, k], ~said_NK[:, k], zero_division=0)
        for k in range(4)
        if (gold_NK[:, k] | said_NK[:, k]).any()
    ]
    assert values(Specificity(), answers).get("macro_specificity") == (pytest.approx(np.mean(each)) if each else None)


def test_a_label_never_seen_is_a_negative() -> None:
    made = one_of(("no", "yes"), [0, -1, 1], [[0.9, 0.1], [0.1, 0.9], [0.1, 0.9]])
    assert values(Specificity(), made) == {"specificity": 0.5}
