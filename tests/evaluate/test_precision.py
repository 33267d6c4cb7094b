import warnings

import numpy as np
import pytest
from hypothesis import given
from sklearn.metrics import precision_score

from acclimate.core.answers import ClassAnswers
from acclimate.evaluate.metrics.precision import Precision
from tests.evaluate.classes_made import by_key, gold_of, one_label, one_of, said_of, seed_001, several_labels, values


def test_seed_001() -> None:
    assert round(values(Precision(), seed_001())["precision"], 2) == 0.87


@given(one_label(labels=2, new=False))
def test_of_two_labels_it_is_scikit_learns_of_the_second(answers: ClassAnswers) -> None:
    found, gold, said = values(Precision(), answers), gold_of(answers), said_of(answers)
    theirs = precision_score(gold, said, pos_label=1, labels=[0, 1], average="binary", zero_division=np.nan)
    assert found == ({} if np.isnan(theirs) else {"precision": pytest.approx(theirs)})


@given(one_label())
def test_of_more_it_is_scikit_learns_mean_over_labels_that_occur(answers: ClassAnswers) -> None:
    gold, said = gold_of(answers), said_of(answers)
    occur = sorted({*gold, *said} - {4})
    theirs = precision_score(gold, said, labels=occur, average="macro", zero_division=0)
    assert values(Precision(), answers)["macro_precision"] == pytest.approx(theirs)


@given(several_labels())
def test_of_several_labels(answers: ClassAnswers) -> None:
    found, gold_NK, said_NK = values(Precision(), answers), answers.gold_NK > 0, answers.said_NK()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        each_K = precision_score(gold_NK, said_NK, average=None, zero_division=0)
        micro = precision_score(gold_NK, said_NK, average="micro", zero_division=np.nan)
    occur_K = (gold_NK | said_NK).any(axis=0)
    assert found.get("macro_precision") == (pytest.approx(each_K[occur_K].mean()) if occur_K.any() else None)
    assert found.get("micro_precision") == (None if np.isnan(micro) else pytest.approx(micro))
    having_K = gold_NK.sum(axis=0)
    shown = {name for name in found if "label=" in name}
    assert all(
        (f"precision label={name}" in shown) <= (having >= 10)
        for name, having in zip(answers.labels.names, having_K, strict=True)
    )
    for label, name in enumerate(answers.labels.names):
        if f"precision label={name}" in shown:
            assert found[f"precision label={name}"] == pytest.approx(each_K[label])


def test_labels_of_fewer_than_ten_groups_are_not_named() -> None:
    gold = [0] * 10 + [1] * 9 + [2] * 12
    made = one_of(("a", "b", "c"), gold, np.eye(3)[gold], [str(place) for place in range(20)] + ["19"] * 11)
    assert values(Precision(), made) == {"macro_precision": 1.0, "precision label=a": 1.0}


def test_rows_that_have_to_do_with_it_are_counted() -> None:
    made = one_of(("no", "yes"), [1, 0, 1, 1], [[0.2, 0.8], [0.3, 0.7], [0.4, 0.6], [0.9, 0.1]])
    one = by_key(Precision(), made)["precision"]
    assert (one.value, one.n) == (pytest.approx(2 / 3), 3)
    assert one.only(np.array([True, False, True, False])).n == 2
