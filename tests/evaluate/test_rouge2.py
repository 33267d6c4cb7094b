import pytest

from acclimate.evaluate.metrics.rouge2 import Rouge2
from tests.evaluate.answers_made import answers, values


def test_by_hand() -> None:
    # pairs said: (the, cat) (cat, sat) (sat, down); right: (the, cat) (cat, slept)
    made = answers([("the cat slept", "the cat sat down")])
    assert values(Rouge2(), made) == pytest.approx({"rouge2": 2 / 5, "rouge2_precision": 1 / 3, "rouge2_recall": 1 / 2})


def test_a_single_token_has_no_pairs() -> None:
    assert values(Rouge2(), answers([("yes", "yes")]))["rouge2"] == 0.0
