from typing import Any

import pytest
import torch
from transformers import (
    get_constant_schedule_with_warmup,
    get_cosine_schedule_with_warmup,
    get_linear_schedule_with_warmup,
)

from acclimate.train.schedule import rate

THEIRS = {
    "linear": get_linear_schedule_with_warmup,
    "cosine": get_cosine_schedule_with_warmup,
    "constant": lambda optimizer, warmup, updates: get_constant_schedule_with_warmup(optimizer, warmup),
}


@pytest.mark.parametrize("updates, warmup", [(1, 0), (1, 1), (7, 0), (20, 3), (20, 20), (301, 19)])
@pytest.mark.parametrize("kind", THEIRS)
def test_every_update_has_the_rate_of_transformers_schedule(kind: Any, updates: int, warmup: int) -> None:
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([weight], lr=1.0)
    schedule = THEIRS[kind](optimizer, warmup, updates)
    for update in range(updates):
        assert rate(kind, update, updates, warmup) == pytest.approx(
            optimizer.param_groups[0]["lr"], rel=1e-12, abs=1e-12
        )
        optimizer.step()
        schedule.step()


def test_after_the_last_update_nothing_is_left() -> None:
    assert rate("linear", 10, 10, 2) == 0.0
    assert rate("cosine", 10, 10, 2) == pytest.approx(0.0, abs=1e-12)
    assert rate("linear", 12, 10, 2) == 0.0
