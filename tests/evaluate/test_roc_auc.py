import numpy as np
import pytest
from hypothesis import given
from sklearn.metrics import roc_auc_score

from acclimate.core.answers import ClassAnswers
from acclimate.evaluate.metrics.roc_auc import RocAuc
from tests.evaluate.classes_made import one_label, one_of, several_labels, values


def theirs(answers: ClassAnswers, labels: list[int]) -> list[float]:
    """scikit-learn's, of each label that some texts have and some have not."""
    both = [label for label in labels if 0 < answers.gold_NK[:, label].sum() < len(answers.gold_NK)]
    return [roc_auc_score(answers.gold_NK[:, label], answers.probability_NK[:, label]) for label in both]


@given(one_label(labels=2))
def test_of_two_labels_it_is_scikit_learns(answers: ClassAnswers) -> None:
    assert list(values(RocAuc(), answers).values()) == pytest.approx(theirs(answers, [1]))


@pytest.mark.parametrize("kind", [one_label(), several_labels()])
def test_of_more_it_is_the_mean_of_labels_that_have_one(kind: object) -> None:
    @given(kind)  # type: ignore[arg-type]
    def holds(answers: ClassAnswers) -> None:
        each = theirs(answers, [0, 1, 2, 3])
        assert values(RocAuc(), answers).get("roc_auc") == (pytest.approx(np.mean(each)) if each else None)

    holds()


def test_each_label_by_itself() -> None:
    random = np.random.Generator(np.random.PCG64(2))
    gold = random.integers(0, 3, 60)
    made = one_of(("a", "b", "c"), gold.tolist(), random.dirichlet([1, 1, 1], 60))
    found = values(RocAuc(), made)
    assert [found[f"roc_auc label={name}"] for name in "abc"] == pytest.approx(theirs(made, [0, 1, 2]))


def test_thousands_of_distinct_probabilities_are_not_binned() -> None:
    random = np.random.Generator(np.random.PCG64(1))
    second_N = random.random(3000)
    made = one_of(
        ("no", "yes"), (random.random(3000) < second_N).astype(int).tolist(), np.stack([1 - second_N, second_N], 1)
    )
    assert values(RocAuc(), made)["roc_auc"] == pytest.approx(theirs(made, [1])[0], rel=1e-12)
