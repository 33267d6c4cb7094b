import numpy as np
import pytest
from hypothesis import given

from acclimate.core.answers import ClassAnswers
from acclimate.evaluate.change import Bootstrap, change, own_interval
from acclimate.evaluate.metrics.calibration_error import CalibrationError
from tests.evaluate.classes_made import by_key, one_label, one_of, several_labels, several_of, values

FEW = Bootstrap(resamples=50)


def slow(confidence: list[float], right: list[bool]) -> float:
    """Guo et al.: the mean over bins of |accuracy - confidence|, weighed by the share of texts in the bin."""
    found, size = 0.0, len(confidence)
    for number in range(15):
        low, high = number / 15, (number + 1) / 15
        some = [place for place, one in enumerate(confidence) if low < one <= high or (number == 0 and one == 0)]
        if some:
            accuracy, mean = (float(np.mean([of[place] for place in some])) for of in (right, confidence))
            found += len(some) / size * abs(accuracy - mean)
    return found


@given(one_label())
def test_it_is_the_definition(answers: ClassAnswers) -> None:
    best_N = answers.probability_NK.argmax(axis=1)
    right = [bool(gold[best]) for gold, best in zip(answers.gold_NK, best_N, strict=True)]
    expected = slow(answers.probability_NK.max(axis=1).tolist(), right)
    assert values(CalibrationError(), answers) == {"calibration_error": pytest.approx(expected, abs=1e-12)}


@given(several_labels())
def test_of_several_labels_each_is_a_case(answers: ClassAnswers) -> None:
    expected = slow(answers.probability_NK.ravel().tolist(), (answers.gold_NK.ravel() > 0).tolist())
    assert values(CalibrationError(), answers) == {"calibration_error": pytest.approx(expected, abs=1e-12)}


def test_by_hand() -> None:
    made = one_of(("no", "yes"), [1, 0, 1], [[0.1, 0.9], [0.08, 0.92], [0.45, 0.55]])
    assert values(CalibrationError(), made)["calibration_error"] == pytest.approx((abs(1.82 - 1) + 0.45) / 3)
    nothing = several_of([[0, 1]], [[0.0, 1.0]], ("a", "b"))
    assert values(CalibrationError(), nothing) == {"calibration_error": 0.0}


def test_it_has_a_change_but_no_interval() -> None:
    random = np.random.Generator(np.random.PCG64(3))
    second_N = random.random(200)
    gold = (random.random(200) < second_N).astype(int).tolist()
    after, before = (
        by_key(CalibrationError(), one_of(("no", "yes"), gold, np.stack([1 - some_N, some_N], 1)))["calibration_error"]
        for some_N in (second_N, second_N**2)
    )
    assert after.better == "lower"
    assert after.value < before.value
    own, moved = own_interval(after, FEW), change(after, before, FEW)
    assert (own.low, own.high, own.value) == (None, None, pytest.approx(after.value))
    assert (moved.low, moved.high, moved.value) == (None, None, pytest.approx(after.value - before.value))
