import math
from typing import Any

import pytest
from transformers import get_wsd_schedule

from acclimate.train.schedules.warmup_stable_decay import WarmupStableDecay
from tests.schedules_compared import ours, theirs


@pytest.mark.parametrize("kind", ["linear", "cosine", "1-sqrt"])
@pytest.mark.parametrize("updates, warmup, decay, least", [(20, 3, 5, 0.0), (20, 0, 20, 0.1), (301, 19, 30, 0.05)])
def test_every_update_has_the_rate_of_transformers_schedule(
    kind: Any, updates: int, warmup: int, decay: int, least: float
) -> None:
    wanted = theirs(
        lambda optimizer: get_wsd_schedule(
            optimizer, warmup, decay, num_training_steps=updates, min_lr_ratio=least, decay_type=kind
        ),
        updates,
    )
    schedule = WarmupStableDecay(num_decay_steps=decay, decay_type=kind, min_lr_ratio=least)
    found = ours(schedule, updates, warmup)
    assert found[warmup:] == pytest.approx(wanted[warmup:], rel=1e-9, abs=1e-12), "their warm-up begins at the least"


def test_below_one_the_decay_is_a_share_of_what_follows_the_warm_up() -> None:
    found = ours(WarmupStableDecay(num_decay_steps=0.25), 10, 2)
    assert found == [0, 0.5, 1, 1, 1, 1, 1, 1, 1, 1 - math.sqrt(0.5)]


def test_what_was_stable_stays_so_where_a_run_is_prolonged() -> None:
    short, long = (ours(WarmupStableDecay(num_decay_steps=4), updates, 2) for updates in (12, 24))
    assert short[:8] == long[:8]


def test_no_decay_at_all() -> None:
    assert ours(WarmupStableDecay(num_decay_steps=0), 4, 0) == [1, 1, 1, 1]
