import pytest

from acclimate.evaluate.metrics.rouge1 import Rouge1
from tests.evaluate.answers_made import answers, values


def test_by_hand() -> None:
    # right: the cat sat; said: the the cat: "the" counts once
    made = answers([("The cat sat.", "the the cat")])
    assert values(Rouge1(), made) == pytest.approx({"rouge1": 2 / 3, "rouge1_precision": 2 / 3, "rouge1_recall": 2 / 3})


def test_capitals_and_marks_count_between_white_space() -> None:
    made = answers([("The cat sat.", "the cat sat")])
    assert values(Rouge1(tokens="whitespace"), made)["rouge1"] == pytest.approx(1 / 3)
    assert values(Rouge1(), made)["rouge1"] == 1.0
