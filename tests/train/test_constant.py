import pytest
from transformers import get_constant_schedule_with_warmup

from acclimate.train.schedules.constant import Constant
from tests.schedules_compared import SIZES, ours, theirs


@pytest.mark.parametrize("updates, warmup", SIZES)
def test_every_update_has_the_rate_of_transformers_schedule(updates: int, warmup: int) -> None:
    wanted = theirs(lambda optimizer: get_constant_schedule_with_warmup(optimizer, warmup), updates)
    assert ours(Constant(), updates, warmup) == pytest.approx(wanted, rel=1e-12, abs=1e-12)
