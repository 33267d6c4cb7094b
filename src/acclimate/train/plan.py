"""Which documents make up which update: a function of (seed, update), so that nothing of it has to be saved."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from acclimate.core.seeds import permutation
from acclimate.train.section import Train


@dataclass(frozen=True)
class Plan:
    """The order of a run over `documents` documents, `per_update` in each update (the last of an epoch may have fewer)."""

    documents: int
    per_update: int
    updates: int
    warmup: int
    seed: int

    @property
    def updates_per_epoch(self) -> int:
        """Updates in one pass over the documents."""
        return math.ceil(self.documents / self.per_update)

    def epoch(self, update: int) -> int:
        """Give the epoch (from 0) that an update (from 0) belongs to."""
        return update // self.updates_per_epoch

    def numbers(self, update: int) -> npt.NDArray[np.int64]:
        """Give the numbers of the documents of an update (from 0)."""
        epoch, place = divmod(update, self.updates_per_epoch)
        order = _order(self.documents, self.seed, epoch)
        return order[place * self.per_update : (place + 1) * self.per_update]


@lru_cache(maxsize=1)
def _order(documents: int, seed: int, epoch: int) -> npt.NDArray[np.int64]:
    """Give the order of an epoch, remembered (and so read-only) from one update to the next."""
    order = permutation(documents, seed, epoch)
    order.flags.writeable = False
    return order


def make_plan(settings: Train, documents: int, processes: int) -> Plan:
    """Lay out a run: how many updates it has and how many of them warm up."""
    per_update = settings.per_device_train_batch_size * settings.gradient_accumulation_steps * processes
    per_epoch = math.ceil(documents / per_update)
    updates = math.ceil(settings.num_train_epochs * per_epoch) if settings.max_steps is None else settings.max_steps
    share = settings.warmup_steps < 1
    warmup = math.ceil(settings.warmup_steps * updates) if share else int(settings.warmup_steps)
    return Plan(documents, per_update, updates, min(warmup, updates), settings.seed)
