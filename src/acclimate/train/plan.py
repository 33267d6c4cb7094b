"""Which documents make up which update: a function of (seed, update), so that nothing of it has to be saved.

An epoch has as many documents as there are. In each it sees every one once; or, where a task wants balance, every class equally
often: of a frequent class another part in each epoch, of a rare one all several times, as evenly as whole numbers allow.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from acclimate.core.examples import Examples, Ints
from acclimate.core.protocols import Objective
from acclimate.core.seeds import permutation
from acclimate.core.tasks import Balances
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
    classes: Classes | None = None

    def epoch(self, update: int) -> int:
        """Give the epoch (from 0) that an update (from 0) belongs to."""
        return self.cut.place(update, self)[0]

    def numbers(self, update: int) -> npt.NDArray[np.int64]:
        """Give the numbers of the documents of an update (from 0)."""
        epoch, number = self.cut.place(update, self)
        start, end = self.cut.bounds(epoch, number, self)
        return order(self.documents, self.seed, epoch, self.classes)[start:end]

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
        return len(_edges(self, plan.seed, epoch, plan.classes)) - 1

    def place(self, update: int, plan: Plan) -> tuple[int, int]:
        """Give an update's epoch and its number there."""
        while self.starts[-1] <= update:
            self.starts.append(self.starts[-1] + self.in_epoch(len(self.starts) - 1, plan))
        epoch = bisect_right(self.starts, update) - 1
        return epoch, update - self.starts[epoch]

    def bounds(self, epoch: int, number: int, plan: Plan) -> tuple[int, int]:
        """Give where in the epoch's order an update starts and ends."""
        edges = _edges(self, plan.seed, epoch, plan.classes)
        return edges[number], edges[number + 1]


@dataclass(frozen=True, eq=False)
class Classes:
    """The documents of each class, in their order."""

    members: tuple[npt.NDArray[np.int64], ...]

    @classmethod
    def of(cls, class_N: npt.NDArray[np.int64] | None) -> Classes | None:
        """Sort documents by class (None: there is no balance)."""
        if class_N is None:
            return None
        return cls(tuple(np.flatnonzero(class_N == one) for one in np.unique(class_N)))

    def drawn(self, documents: int, seed: int, epoch: int) -> npt.NDArray[np.int64]:
        """Give an epoch's documents, shuffled: every class as often as every other, but for a remainder that goes round.

        A class is gone through in permutations laid end to end; each epoch goes on where the one before it stopped.
        """
        count = len(self.members)
        share, more = divmod(documents, count)
        parts = []
        for number, members_M in enumerate(self.members):
            begin, end = (one * share + (one * more - number + count - 1) // count for one in (epoch, epoch + 1))
            round_S, within_S = np.divmod(np.arange(begin, end), len(members_M))
            for one in np.unique(round_S):
                order_M = permutation(len(members_M), "class", number, seed, one)
                parts.append(members_M[order_M[within_S[round_S == one]]])
        drawn = np.concatenate(parts)
        return drawn[permutation(len(drawn), seed, epoch)]


@lru_cache(maxsize=4)
def _edges(cut: ByTokens, seed: int, epoch: int, classes: Classes | None) -> tuple[int, ...]:
    """Give where the updates of an epoch begin in its order, and where the last one ends."""
    ends_N = np.cumsum(cut.lengths_N[order(len(cut.lengths_N), seed, epoch, classes)])
    edges = [0]
    while edges[-1] < len(ends_N):
        before = int(ends_N[edges[-1] - 1]) if edges[-1] else 0
        edges.append(max(int(np.searchsorted(ends_N, before + cut.tokens, side="right")), edges[-1] + 1))
    return tuple(edges)


@lru_cache(maxsize=2)
def order(documents: int, seed: int, epoch: int, classes: Classes | None = None) -> npt.NDArray[np.int64]:
    """Give the order of an epoch's documents, remembered (and so read-only) from one update to the next."""
    found = classes.drawn(documents, seed, epoch) if classes is not None else permutation(documents, seed, epoch)
    found.flags.writeable = False
    return found


def make_plan(
    settings: Train,
    lengths_N: Ints,
    processes: int,
    batch_tokens: int = 0,
    class_N: npt.NDArray[np.int64] | None = None,
) -> Plan:
    """Lay out a run: which documents each update has, how many updates there are, how many of them warm up.

    Takes: `lengths_N`, tokens of each document; `batch_tokens`, what a forward pass may hold, read only where
    per_device_train_batch_size is auto; `class_N`, the classes that are to be seen equally often.
    """
    passes = settings.gradient_accumulation_steps * processes
    size = settings.per_device_train_batch_size
    cut = ByTokens(batch_tokens * passes, np.asarray(lengths_N)) if size == "auto" else ByDocuments(size * passes)
    classes = Classes.of(class_N)
    plan = Plan(len(lengths_N), 0, 0, settings.seed, cut, classes)
    updates = _updates(plan, settings.num_train_epochs) if settings.max_steps is None else settings.max_steps
    share = settings.warmup_steps < 1
    warmup = math.ceil(settings.warmup_steps * updates) if share else int(settings.warmup_steps)
    return Plan(len(lengths_N), updates, min(warmup, updates), settings.seed, cut, classes)


def plan_for(settings: Train, examples: Examples, objective: Objective, processes: int, batch_tokens: int = 0) -> Plan:
    """Lay out a run over examples, balanced if their objective asks for it."""
    class_N = objective.classes(examples.labels_NK) if isinstance(objective, Balances) else None
    return make_plan(settings, examples.lengths_N, processes, batch_tokens, class_N)


def _updates(plan: Plan, epochs: float) -> int:
    """Give the updates of a number of epochs; of the last one, the share that is asked for."""
    whole = math.floor(epochs)
    if isinstance(plan.cut, ByDocuments):
        return math.ceil(epochs * plan.cut.in_epoch(0, plan))
    found = sum(plan.cut.in_epoch(epoch, plan) for epoch in range(whole))
    return found + math.ceil((epochs - whole) * plan.cut.in_epoch(whole, plan))
