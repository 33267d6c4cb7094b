import numpy as np
import pytest
from sklearn.metrics import mean_squared_error

from acclimate.evaluate.metrics.mse import Mse
from tests.evaluate.classes_made import by_key, one_of, scores_of


def test_it_is_scikit_learns() -> None:
    gold, said = np.random.Generator(np.random.PCG64(1)).standard_normal((2, 50))
    found = by_key(Mse(), scores_of(gold, said))["mse"]
    assert (found.value, found.n, found.better) == (pytest.approx(mean_squared_error(gold, said)), 50, "lower")


def test_classes_have_none() -> None:
    assert not Mse().sums(one_of(("a", "b"), [0], [[0.5, 0.5]]))
