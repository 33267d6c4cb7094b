import numpy as np
import pytest

from acclimate.core.scores import GroupSums
from acclimate.evaluate.change import Bootstrap, apart
from acclimate.evaluate.memorisation import as_many_groups, gap
from acclimate.evaluate.rows import EvalText

BOOTSTRAP = Bootstrap(resamples=2000, seed=0)


def sums(values: list[float], name: str = "bits_per_byte") -> GroupSums:
    groups = tuple(f"{name}{place}" for place in range(len(values)))
    return GroupSums(name, "bits/byte", "lower", groups, np.array(values), np.ones(len(values)), len(values))


def noise(count: int, mean: float, seed: int, spread: float = 0.1) -> list[float]:
    return (mean + spread * np.random.Generator(np.random.PCG64(seed)).normal(size=count)).tolist()


def test_the_difference_is_that_of_differences() -> None:
    training = {"after": sums([1.0, 2.0] * 10), "before": sums([3.0, 3.0] * 10)}
    held_out = {"after": sums([2.0, 2.0] * 12), "before": sums([3.0, 3.5] * 12)}
    found = gap("text", training, held_out, BOOTSTRAP)
    assert found is not None
    assert (found.training, found.held_out) == (1.5, 2.0)
    assert (found.base_training, found.base_held_out) == (3.0, 3.25)
    assert found.difference == pytest.approx((1.5 - 2.0) - (3.0 - 3.25))
    assert found.groups == 20
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.difference < found.high


def test_without_a_base_it_is_the_plain_gap() -> None:
    found = gap("text", {"after": sums([1.0] * 20)}, {"after": sums([2.0] * 20)}, BOOTSTRAP)
    assert found is not None
    assert (found.difference, found.low, found.high) == (-1, -1, -1)
    assert found.base_training is None
    assert "some of it was memorised" in found.sentence
    assert "base" not in found.sentence


@pytest.mark.parametrize(
    "training, outcome",
    [(0.5, "some of it was memorised"), (1.0, "no memorisation shown"), (1.5, "is not known better")],
)
def test_the_sentence_follows_the_interval(training: float, outcome: str) -> None:
    found = gap("text", {"after": sums(noise(40, training, 0))}, {"after": sums(noise(40, 1.0, 1))}, BOOTSTRAP)
    assert found is not None
    assert outcome in found.sentence


def test_few_groups_give_no_interval_and_fewer_than_ten_nothing() -> None:
    many = {"after": sums([1.0] * 30)}
    found = gap("text", many, {"after": sums([2.0] * 19)}, BOOTSTRAP)
    assert found is not None
    assert (found.low, found.high) == (None, None)
    assert "19 groups are too few for an interval" in found.sentence
    assert gap("text", many, {"after": sums([2.0] * 9)}, BOOTSTRAP) is None


def test_the_interval_of_two_sets_covers() -> None:
    """True difference 0.3; 300 repeats, 30 and 40 groups of skewed values: 95 % intervals cover 91 to 99 %."""
    random = np.random.Generator(np.random.PCG64(7))
    covered, repeats = 0, 300
    for _ in range(repeats):
        first = sums((1.0 + random.gamma(4, 0.1, 30) - 0.4 + 0.3).tolist())
        second = sums((1.0 + random.gamma(4, 0.1, 40) - 0.4).tolist())
        found = apart((first, None), (second, None), Bootstrap(resamples=500, seed=1))
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 0.3 <= found.high
    assert 0.91 <= covered / repeats <= 0.99


def test_whole_groups_are_drawn_as_many_as_asked_for() -> None:
    texts = [EvalText(f"r{number}", f"g{number % 50}", "x") for number in range(200)]
    some = as_many_groups(texts, 20, 0)
    assert len({text.group for text in some}) == 20
    assert len(some) == 80
    assert [text.row_id for text in some] == [text.row_id for text in texts if text in some]
    assert as_many_groups(texts, 20, 0) == some != as_many_groups(texts, 20, 1)
    assert as_many_groups(texts, 99, 0) == texts
