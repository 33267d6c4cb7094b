import pytest

from acclimate.evaluate.metrics.rouge_l import RougeL
from tests.evaluate.answers_made import answers, values


def test_by_hand() -> None:
    # in order and with gaps: b d of "a b c d", of "b x d y z"
    made = answers([("a b c d", "b x d y z")])
    assert values(RougeL(), made) == pytest.approx({"rougeL": 4 / 9, "rougeL_precision": 2 / 5, "rougeL_recall": 2 / 4})


def test_of_several_right_answers_the_best_counts() -> None:
    assert values(RougeL(), answers([(("no", "a b"), "a b")]))["rougeL"] == 1.0
