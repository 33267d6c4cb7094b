"""Which documents make up which update: a function of (seed, update), so that nothing of it has to be saved."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from acclimate.core.examples import Ints
from acclimate.core.seeds import permutation
from acclimate.train.section import Train


@dataclass(frozen=True)
class Plan:
    """The order of a run over `documents` documents: `updates` updates, the first `warmup` of them warming up.

    `cut` says how an epoch's order falls into updates; an update never reaches into the next epoch.
    """

    documents: int
    updates: int
    warmup: int
    seed: int
    cut: ByDocuments | ByTokens

    def epoch(self, update: int) -> int:
        """Give the epoch (from 0) that an update (from 0) belongs to."""
        return self.cut.place(update, self)[0]

    def numbers(self, update: int) -> npt.NDArray[np.int64]:
        """Give the numbers of the documents of an update (from 0)."""
        epoch, number = self.cut.place(update, self)
        start, end = self.cut.bounds(epoch, number, self)
        return order(self.documents, self.seed, epoch)[start:end]

    def epochs(self, step: int) -> float:
        """Give how many epochs `step` updates are, as transformers counts them: each update of an epoch alike."""
        if not step:
            return 0.0
        epoch, number = self.cut.place(step - 1, self)
        return epoch + (number + 1) / self.cut.in_epoch(epoch, self)

    def ends_epoch(self, step: int) -> bool:
        """Say whether an epoch is over after `step` updates."""
        return step > 0 and self.cut.place(step, self)[1] == 0

    def seen(self, step: int) -> int:
        """Give how many documents `step` updates have gone through, each as often as it was."""
        if not step:
            return 0
        epoch, number = self.cut.place(step - 1, self)
        return epoch * self.documents + self.cut.bounds(epoch, number, self)[1]


@dataclass(frozen=True)
class ByDocuments:
    """Every update has `per_update` documents (the last of an epoch may have fewer)."""

    per_update: int

    def in_epoch(self, epoch: int, plan: Plan) -> int:
        """Give the number of updates in an epoch."""
        return math.ceil(plan.documents / self.per_update)

    def place(self, update: int, plan: Plan) -> tuple[int, int]:
        """Give an update's epoch and its number there."""
        return divmod(update, self.in_epoch(0, plan))

    def bounds(self, epoch: int, number: int, plan: Plan) -> tuple[int, int]:
        """Give where in the epoch's order an update starts and ends."""
        return number * self.per_update, min((number + 1) * self.per_update, plan.documents)


@dataclass(frozen=True, eq=False)
class ByTokens:
    """Every update has as many documents as fit into `tokens`, one at least: epochs differ in how many updates they have."""

    tokens: int
    lengths_N: Ints
    starts: list[int] = field(default_factory=lambda: [0])
    """The first update of each epoch looked at so far, and of the next one."""

    def in_epoch(self, epoch: int, plan: Plan) -> int:
        """Give the number of updates in an epoch."""
        return len(_edges(self, plan.seed, epoch)) - 1

    def place(self, update: int, plan: Plan) -> tuple[int, int]:
        """Give an update's epoch and its number there."""
        while self.starts[-1] <= update:
            self.starts.append(self.starts[-1] + self.in_epoch(len(self.starts) - 1, plan))
        epoch = bisect_right(self.starts, update) - 1
        return epoch, update - self.starts[epoch]

    def bounds(self, epoch: int, number: int, plan: Plan) -> tuple[int, int]:
        """Give where in the epoch's order an update starts and ends."""
        edges = _edges(self, plan.seed, epoch)
        return edges[number], edges[number + 1]


@lru_cache(maxsize=4)
def _edges(cut: ByTokens, seed: int, epoch: int) -> tuple[int, ...]:
    """Give where the updates of an epoch begin in its order, and where the last one ends."""
    ends_N = np.cumsum(cut.lengths_N[order(len(cut.lengths_N), seed, epoch)])
    edges = [0]
    while edges[-1] < len(ends_N):
        before = int(ends_N[edges[-1] - 1]) if edges[-1] else 0
        edges.append(max(int(np.searchsorted(ends_N, before + cut.tokens, side="right")), edges[-1] + 1))
    return tuple(edges)


@lru_cache(maxsize=2)
def order(documents: int, seed: int, epoch: int) -> npt.NDArray[np.int64]:
    """Give the order of an epoch's documents, remembered (and so read-only) from one update to the next."""
    found = permutation(documents, seed, epoch)
    found.flags.writeable = False
    return found


def make_plan(settings: Train, lengths_N: Ints, processes: int, batch_tokens: int = 0) -> Plan:
    """Lay out a run: which documents each update has, how many updates there are, how many of them warm up.

    Takes: `lengths_N`, tokens of each document; `batch_tokens`, what a forward pass may hold, read only where
    per_device_train_batch_size is auto.
    """
    passes = settings.gradient_accumulation_steps * processes
    size = settings.per_device_train_batch_size
    cut = ByTokens(batch_tokens * passes, np.asarray(lengths_N)) if size == "auto" else ByDocuments(size * passes)
    plan = Plan(len(lengths_N), 0, 0, settings.seed, cut)
    updates = _updates(plan, settings.num_train_epochs) if settings.max_steps is None else settings.max_steps
    share = settings.warmup_steps < 1
    warmup = math.ceil(settings.warmup_steps * updates) if share else int(settings.warmup_steps)
    return Plan(len(lengths_N), updates, min(warmup, updates), settings.seed, cut)


def _updates(plan: Plan, epochs: float) -> int:
    """Give the updates of a number of epochs; of the last one, the share that is asked for."""
    whole = math.floor(epochs)
    if isinstance(plan.cut, ByDocuments):
        return math.ceil(epochs * plan.cut.in_epoch(0, plan))
    found = sum(plan.cut.in_epoch(epoch, plan) for epoch in range(whole))
    return found + math.ceil((epochs - whole) * plan.cut.in_epoch(whole, plan))
