import pytest
from transformers import get_cosine_schedule_with_warmup, get_cosine_with_min_lr_schedule_with_warmup

from acclimate.train.schedules.cosine import Cosine
from tests.schedules_compared import SIZES, ours, theirs


@pytest.mark.parametrize("updates, warmup", SIZES)
def test_every_update_has_the_rate_of_transformers_schedule(updates: int, warmup: int) -> None:
    wanted = theirs(lambda optimizer: get_cosine_schedule_with_warmup(optimizer, warmup, updates), updates)
    assert ours(Cosine(), updates, warmup) == pytest.approx(wanted, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("updates, warmup", SIZES)
def test_the_end_is_a_share_of_the_peak(updates: int, warmup: int) -> None:
    wanted = theirs(
        lambda optimizer: get_cosine_with_min_lr_schedule_with_warmup(optimizer, warmup, updates, min_lr_rate=0.1),
        updates,
    )
    assert ours(Cosine(min_lr_ratio=0.1), updates, warmup) == pytest.approx(wanted, rel=1e-12, abs=1e-12)


def test_past_the_end_it_stays_there() -> None:
    assert Cosine().rate(12, 10, ()) == pytest.approx(0.0, abs=1e-12)
