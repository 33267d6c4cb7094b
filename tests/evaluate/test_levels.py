import numpy as np
import pytest

from acclimate.evaluate.metrics.levels import Levels
from tests.evaluate.classes_made import by_key, one_of, several_of, values

NAMES = ("heart > valve", "heart > vessel > aorta", "heart > vessel > vein", "skin")


def test_each_level_by_hand() -> None:
    gold, said = [0, 1, 1, 2, 3, 3, -1], [1, 1, 2, 3, 3, 3, 3]
    made = one_of(NAMES, gold, np.eye(4)[said])
    found = values(Levels(), made)
    assert {name: value for name, value in found.items() if "accuracy" in name} == {
        "accuracy level=1": pytest.approx(5 / 7),  # all but a heart taken for skin and what was never seen
        "accuracy level=2": pytest.approx(4 / 7),  # nor a valve taken for a vessel
        "accuracy level=3": pytest.approx(3 / 7),  # nor an aorta taken for a vein
    }
    heart, skin = 2 * 3 / (2 * 3 + 1), 2 * 2 / (2 * 2 + 2)
    assert found["macro_f1 level=1"] == pytest.approx((heart + skin) / 2)
    valve, vessel = 0.0, 2 * 2 / (2 * 2 + 1 + 1)
    assert found["macro_f1 level=2"] == pytest.approx((valve + vessel + skin) / 3)
    assert by_key(Levels(), made)["accuracy level=1"].n == 7


def test_of_several_labels_a_level_holds_if_one_of_its_labels_does() -> None:
    made = several_of([[1, 0, 0, 1]], [[0.1, 0.9, 0.2, 0.8]], NAMES)
    assert values(Levels(), made)["accuracy level=1"] == 1
    assert values(Levels(), made)["accuracy level=2"] == 0


def test_labels_without_levels_have_none() -> None:
    assert not Levels().sums(one_of(("a", "b"), [0], [[0.5, 0.5]]))
