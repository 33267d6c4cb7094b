"""From the documents of an update to the batches of its forward passes."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import numpy as np

from acclimate.core.examples import Batch, Examples, Ints
from acclimate.core.language_model import LanguageModel
from acclimate.core.protocols import Batching, Objective
from acclimate.train.job import Job
from acclimate.train.plan import Plan
from acclimate.train.section import Train


class Work(Protocol):
    """What of a job its passes are made of (so that they can be looked at without a model's weights)."""

    @property
    def lm(self) -> LanguageModel: ...
    @property
    def examples(self) -> Examples: ...
    @property
    def objective(self) -> Objective: ...
    @property
    def batching(self) -> Batching: ...
    @property
    def settings(self) -> Train: ...


def passes(job: Job, examples: Examples, numbers: Ints, epoch: int, micro_batches: int) -> list[Batch]:
    """Give the batches of some documents: masks drawn, labels set, laid out in rows."""
    batches = []
    for micro_batch in job.batching.layout(examples.lengths_N[numbers], micro_batches):
        for places in micro_batch:
            documents = job.objective.supervise(
                examples.gather(numbers[places]), job.lm.tokenizer, epoch, job.settings.seed
            )
            batches.append(job.batching.collate(documents, job.lm.pad_id))
    return batches


def share_of(job: Job, numbers: Ints, epoch: int, rank: int, processes: int) -> list[Batch]:
    """Give one process's batches of an update. A process left without documents runs one without labels, to keep step."""
    batches = passes(
        job, job.examples, _part(numbers, rank, processes), epoch, job.settings.gradient_accumulation_steps
    )
    if rank < len(numbers):
        return batches
    empty = np.zeros(0, dtype=np.int64)
    return [replace(batch, positions_L=empty, labels_L=empty) for batch in batches]


def largest(job: Work, plan: Plan, rank: int, processes: int) -> Batch:
    """Give the forward pass of a process that holds the most tokens of its whole run, padding included."""
    lengths_N = job.examples.lengths_N
    found: tuple[int, Ints] = (0, np.zeros(0, dtype=np.int64))
    most = -1
    for update in range(plan.updates):
        mine = _part(plan.numbers(update), rank, processes)
        for micro_batch in job.batching.layout(lengths_N[mine], job.settings.gradient_accumulation_steps):
            for places in micro_batch:
                lengths = lengths_N[mine[places]]
                size = int(lengths.sum() if job.batching.flat else lengths.max() * len(lengths))
                if size > most:
                    most, found = size, (update, mine[places])
    update, numbers = found
    documents = job.objective.supervise(
        job.examples.gather(numbers), job.lm.tokenizer, plan.epoch(update), job.settings.seed
    )
    return job.batching.collate(documents, job.lm.pad_id)


def _part(numbers: Ints, rank: int, processes: int) -> Ints:
    """Give one process's documents of an update; where there are too few, one that another process has too."""
    mine = numbers[rank::processes]
    return mine if len(mine) else numbers[:1]


def chunks(examples: Examples, size: int) -> list[Ints]:
    """Give the numbers of all documents in chunks of `size`, for validation."""
    everything = np.arange(len(examples))
    return [everything[start : start + size] for start in range(0, len(everything), size)]
