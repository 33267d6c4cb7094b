"""From the documents of an update to the batches of its forward passes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from acclimate.core.examples import Batch, Examples, Ints
from acclimate.core.protocols import Batching
from acclimate.train.job import Job


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
    mine = numbers[rank::processes]
    batches = passes(
        job, job.examples, mine if len(mine) else numbers[:1], epoch, job.settings.gradient_accumulation_steps
    )
    if len(mine):
        return batches
    empty = np.zeros(0, dtype=np.int64)
    return [replace(batch, positions_L=empty, labels_L=empty) for batch in batches]


def chunks(batching: Batching, examples: Examples, size: int) -> list[Ints]:
    """Give the numbers of all documents in chunks of `size`, for validation."""
    everything = np.arange(len(examples))
    return [everything[start : start + size] for start in range(0, len(everything), size)]
