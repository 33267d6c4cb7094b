import pytest
from hypothesis import given
from sklearn.metrics import accuracy_score

from acclimate.core.answers import ClassAnswers
from acclimate.evaluate.metrics.accuracy import Accuracy
from tests.evaluate.classes_made import (  # fmt: skip
    by_key,
    gold_of,
    one_label,
    one_of,
    said_of,
    scores_of,
    seed_001,
    several_labels,
    values,
)


def test_seed_001() -> None:
    found = by_key(Accuracy(), seed_001())["accuracy"]
    assert (found.value, found.n, found.better) == (0.92, 100, "higher")


@given(one_label())
def test_it_is_scikit_learns_and_a_label_never_seen_is_wrong(answers: ClassAnswers) -> None:
    assert values(Accuracy(), answers)["accuracy"] == pytest.approx(accuracy_score(gold_of(answers), said_of(answers)))


@given(several_labels())
def test_of_several_labels_all_must_be_right(answers: ClassAnswers) -> None:
    found = by_key(Accuracy(), answers)["accuracy"]
    assert found.value == pytest.approx(accuracy_score(answers.gold_NK > 0, answers.said_NK()))
    assert "all right" in found.unit


def test_it_is_summed_by_group() -> None:
    made = one_of(("a", "b"), [0, 1, 1], [[0.9, 0.1], [0.8, 0.2], [0.1, 0.9]], ["ann", "bob", "ann"])
    found = by_key(Accuracy(), made)["accuracy"]
    assert (found.groups, found.numerator_G.tolist(), found.denominator_G.tolist()) == (("ann", "bob"), [2, 0], [2, 1])


def test_scores_have_none() -> None:
    assert not Accuracy().sums(scores_of([1.0], [1.0]))
