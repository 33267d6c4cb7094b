"""The rates of a schedule, and those of the library that users compare it with."""

from collections.abc import Callable
from typing import Any

import torch

from acclimate.core.protocols import Schedule
from acclimate.train.schedule import rate

SIZES = [(1, 0), (1, 1), (7, 0), (20, 3), (20, 20), (301, 19)]


def ours(schedule: Schedule, updates: int, warmup: int) -> list[float]:
    return [rate(schedule, update, updates, warmup) for update in range(updates)]


def theirs(make: Callable[[Any], Any], updates: int) -> list[float]:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = make(optimizer)
    found = []
    for _ in range(updates):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return found
