from pathlib import Path

import numpy as np
import pytest

from acclimate.core.examples import Batch
from acclimate.tokens.pad import Pad
from acclimate.tokens.padding_free import PaddingFree
from acclimate.train.job import Job
from acclimate.train.passes import chunks, largest, passes, share_of
from acclimate.train.plan import make_plan
from acclimate.train.section import Train
from tests.made import examples, job, language_model

BATCHINGS = {
    "flat": PaddingFree(),
    "flat in short rows": PaddingFree(batch_tokens=48),
    "padded": Pad(max_padded_tokens=64),
}
LM = language_model("llama")


def made(place: Path, batching: object, accumulation: int = 2) -> Job:
    settings = Train(per_device_train_batch_size=4, gradient_accumulation_steps=accumulation, num_train_epochs=3)
    data = examples(37, causal=True)
    return job(LM, place, data, settings, batching=batching, flat=batching.flat)  # type: ignore[attr-defined]


def tokens(batches: list[Batch]) -> list[int]:
    """The labels of batches, which in these examples are all tokens but the first of each document."""
    return sorted(np.concatenate([batch.labels_L for batch in batches]).tolist())


@pytest.mark.parametrize("name", BATCHINGS)
def test_every_document_of_an_update_passes_once(name: str, tmp_path: Path) -> None:
    one = made(tmp_path, BATCHINGS[name])
    numbers = np.array([3, 30, 7, 11, 5, 20, 1])
    batches = passes(one, one.examples, numbers, 0, 2)
    one.runner.close()
    assert sum(batch.documents for batch in batches) == 7
    assert sum(batch.tokens for batch in batches) == one.examples.lengths_N[numbers].sum()
    wanted = np.concatenate([one.examples.gather(np.array([number])).ids_T[1:] for number in numbers])
    assert tokens(batches) == sorted(wanted.tolist())


@pytest.mark.parametrize("processes", [1, 2, 3, 9])
def test_processes_share_an_update_without_overlap(processes: int, tmp_path: Path) -> None:
    one = made(tmp_path, PaddingFree())
    numbers = np.array([3, 30, 7, 11, 5])
    shares = [share_of(one, numbers, 0, rank, processes) for rank in range(processes)]
    one.runner.close()
    assert all(shares), "a process that runs nothing would leave the others waiting"
    everything = share_of(one, numbers, 0, 0, 1)
    assert tokens([batch for share in shares for batch in share]) == tokens(everything)


@pytest.mark.parametrize("name", BATCHINGS)
@pytest.mark.parametrize("accumulation", [1, 3])
def test_no_pass_of_the_run_is_larger_than_the_largest(name: str, accumulation: int, tmp_path: Path) -> None:
    one = made(tmp_path, BATCHINGS[name], accumulation)
    plan = make_plan(one.settings, one.examples.lengths_N, 1)
    all_of_them = [batch for update in range(plan.updates)
                   for batch in share_of(one, plan.numbers(update), plan.epoch(update), 0, 1)]  # fmt: skip
    found = largest(one, plan, 0, 1)
    one.runner.close()
    sizes = [batch.ids_BT.size for batch in all_of_them]
    assert found.ids_BT.size == max(sizes)
    assert len(set(sizes)) > 1
    assert any(np.array_equal(found.ids_BT, batch.ids_BT) for batch in all_of_them), "it is one of the run's own"


def test_chunks_cover_all_documents_in_order() -> None:
    found = chunks(examples(10), 4)
    assert [chunk.tolist() for chunk in found] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
