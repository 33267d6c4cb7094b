import numpy as np
import pytest

from acclimate.core.answers import ClassAnswers
from acclimate.core.registry import methods, resolve
from acclimate.evaluate.class_counts import expected_scores
from acclimate.evaluate.scores import undefined
from tests.evaluate.classes_made import one_of, scores_of, several_of

RANDOM = np.random.Generator(np.random.PCG64(0))
MANY = RANDOM.integers(0, 3, 60)


@pytest.mark.parametrize(
    "answers",
    [
        one_of(("no", "yes"), (MANY > 0).astype(int).tolist(), RANDOM.dirichlet([1, 1], 60)),
        one_of(("a", "b", "c"), MANY.tolist(), RANDOM.dirichlet([1, 1, 1], 60)),
        several_of(np.eye(3)[MANY], RANDOM.random((60, 3)), ("a", "b", "c")),
        scores_of(MANY, RANDOM.random(60)),
    ],
)
def test_what_is_expected_is_there_where_it_can_be(answers: ClassAnswers) -> None:
    metrics = [resolve("metric", name) for name in methods("metric")]
    found = [one for metric in metrics if metric.reads == "classes" for one in metric().sums(answers)]
    assert not undefined({"after": found}, expected_scores(answers))


def test_what_divides_by_nothing_is_named() -> None:
    never = one_of(("no", "yes"), [0, 1], [[0.9, 0.1]] * 2)
    metrics = [resolve("metric", name)() for name in ("precision", "recall", "specificity", "f1", "roc_auc", "pr_auc", "matthews")]  # fmt: skip
    found = undefined({"after": [one for metric in metrics for one in metric.sums(never)]}, expected_scores(never))
    assert [sentence.split()[0] for sentence in found] == ["precision", "matthews"]


def test_units_of_two_labels_name_the_one_they_are_about() -> None:
    two = one_of(("no", "yes"), [0, 1], [[0.9, 0.1], [0.2, 0.8]])
    for name in ("precision", "recall", "specificity", "f1", "pr_auc"):
        (one,) = resolve("metric", name)().sums(two)
        assert one.unit.endswith(", about 'yes'")
