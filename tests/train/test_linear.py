import pytest
from transformers import get_linear_schedule_with_warmup

from acclimate.train.schedules.linear import Linear
from tests.schedules_compared import SIZES, ours, theirs


@pytest.mark.parametrize("updates, warmup", SIZES)
def test_every_update_has_the_rate_of_transformers_schedule(updates: int, warmup: int) -> None:
    wanted = theirs(lambda optimizer: get_linear_schedule_with_warmup(optimizer, warmup, updates), updates)
    assert ours(Linear(), updates, warmup) == pytest.approx(wanted, rel=1e-12, abs=1e-12)


def test_the_end_is_a_share_of_the_peak() -> None:
    assert Linear(min_lr_ratio=0.2).rate(5, 10, ()) == pytest.approx(0.6)
    assert [Linear(min_lr_ratio=0.2).rate(update, 10, ()) for update in (10, 12)] == [0.2, 0.2]
    assert Linear().rate(12, 10, ()) == 0.0
