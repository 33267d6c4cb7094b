import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from acclimate.evaluate.metrics.pearson import Pearson
from tests.evaluate.classes_made import one_of, scores_of, values


@given(st.integers(0, 10**6), st.sampled_from([0.0, 5.0, 1e4]))
def test_it_is_numpys(seed: int, away: float) -> None:
    gold, said = np.random.Generator(np.random.PCG64(seed)).standard_normal((2, 20)) + away
    assert values(Pearson(), scores_of(gold, said)) == {
        "pearson": pytest.approx(np.corrcoef(gold, said)[0, 1], abs=1e-9)
    }


def test_what_does_not_vary_has_none() -> None:
    assert not Pearson().sums(scores_of([0.1, 0.1, 0.1], [1.0, 2.0, 3.0]))
    assert not Pearson().sums(scores_of([1.0, 2.0, 3.0], [0.1, 0.1, 0.1]))
    assert not Pearson().sums(one_of(("a", "b"), [0], [[0.5, 0.5]]))
