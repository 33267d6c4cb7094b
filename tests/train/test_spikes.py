import pytest

from acclimate.train.spikes import is_spike


@pytest.mark.parametrize("loss, factor, spike", [(4.1, 2.0, True), (4.0, 2.0, False), (1e9, None, False)])
def test_a_spike_is_above_a_multiple_of_the_median(loss: float, factor: float | None, spike: bool) -> None:
    recent = [1.0, 1.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 50.0, 50.0]
    assert is_spike(loss, recent, factor) is spike


def test_before_there_is_something_to_compare_with_nothing_is_a_spike() -> None:
    assert not is_spike(100.0, [1.0] * 9, 2.0)
    assert is_spike(100.0, [1.0] * 10, 2.0)
