import pytest

from acclimate.train.schedule import rate
from acclimate.train.schedules.constant import Constant
from acclimate.train.schedules.linear import Linear


def test_warm_up_rises_evenly_then_the_schedule_decides() -> None:
    assert [rate(Linear(), update, 8, 4) for update in range(8)] == [0, 0.25, 0.5, 0.75, 1, 0.75, 0.5, 0.25]


@pytest.mark.parametrize("updates, warmup", [(1, 1), (5, 5)])
def test_a_run_that_only_warms_up(updates: int, warmup: int) -> None:
    assert [rate(Constant(), update, updates, warmup) for update in range(updates)] == [
        update / warmup for update in range(updates)
    ]
