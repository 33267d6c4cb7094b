import numpy as np
import pytest
from hypothesis import given
from sklearn.metrics import matthews_corrcoef

from acclimate.core.answers import ClassAnswers
from acclimate.evaluate.metrics.matthews import Matthews
from tests.evaluate.classes_made import gold_of, one_label, one_of, said_of, seed_001, several_labels, values


@pytest.mark.parametrize("labels", [2, 4])
def test_it_is_scikit_learns_and_a_label_never_seen_is_one_more(labels: int) -> None:
    @given(one_label(labels=labels))
    def holds(answers: ClassAnswers) -> None:
        gold, said = gold_of(answers), said_of(answers)
        defined = len(set(gold)) > 1 and len(set(said)) > 1
        assert values(Matthews(), answers) == (
            {"matthews": pytest.approx(matthews_corrcoef(gold, said))} if defined else {}
        )

    holds()


def test_seed_001() -> None:
    by_hand = (20 * 72 - 3 * 5) / np.sqrt(23 * 25 * 75 * 77)
    assert values(Matthews(), seed_001()) == {"matthews": pytest.approx(by_hand)}


@given(several_labels())
def test_of_several_labels_each_has_its_own(answers: ClassAnswers) -> None:
    for name, value in values(Matthews(), answers).items():
        label = answers.labels.names.index(name.removeprefix("matthews label="))
        theirs = matthews_corrcoef(answers.gold_NK[:, label] > 0, answers.said_NK()[:, label])
        assert value == pytest.approx(theirs)


def test_whoever_always_says_the_same_has_none() -> None:
    assert not Matthews().sums(one_of(("a", "b"), [0, 1, 1], [[0.9, 0.1]] * 3))
