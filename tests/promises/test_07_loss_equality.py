"""Padding-free loss = padded loss = accumulated loss, for every objective; and a document never sees its neighbour."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from acclimate.compat.transformers.runner import Runner
from acclimate.compat.transformers.ways import choose
from acclimate.core.examples import Batch, Examples
from acclimate.objective.extract import Extract
from acclimate.objective.tag import Tag
from acclimate.tokens.pad import Pad
from acclimate.tokens.padding_free import PaddingFree
from acclimate.train.loop import Loop
from acclimate.train.section import Train
from tests.made import examples, job, language_model, with_head

KINDS = ["bert", "roberta", "modernbert", "gpt2", "llama", "qwen3", "mistral"]
CAUSAL = {"gpt2", "llama", "qwen3", "mistral"}


def first_update(kind: str, place: Path, per_device: int, accumulation: int, batching: Any) -> tuple[float, float]:
    """Loss and global gradient norm of one update over the same 8 documents."""
    settings = Train(max_steps=1, per_device_train_batch_size=per_device, gradient_accumulation_steps=accumulation, bf16=False,
                     logging_steps=1, warmup_steps=0)  # fmt: skip
    lm = language_model(kind)
    one = job(lm, place, examples(8, causal=lm.causal), settings, batching=batching, flat=batching.flat)
    line = Loop(one).run().history[0]
    return line["loss"], line["grad_norm"]


@pytest.mark.parametrize("kind", KINDS)
def test_padding_free_is_padded_is_accumulated(kind: str, tmp_path: Path) -> None:
    wanted = first_update(kind, tmp_path / "padded", 8, 1, Pad())
    ways = {
        "flat": (8, 1, PaddingFree()),
        "flat in rows of 40 tokens": (8, 1, PaddingFree(batch_tokens=40)),
        "flat, accumulated": (1, 8, PaddingFree()),
        "padded, accumulated": (1, 8, Pad()),
        "padded, in twos": (2, 4, Pad()),
    }
    for name, (per_device, accumulation, batching) in ways.items():
        found = first_update(kind, tmp_path / name, per_device, accumulation, batching)
        assert found == pytest.approx(wanted, rel=1e-6), name


TAG = Tag(labels=("O", "B-X", "I-X"), class_weights={"O": 0.5})

EXTRACT = Extract()


def found_in(task: Any) -> Examples:
    """Documents in which tokens have tags, or one start and one end of an answer behind a question."""
    data = examples(8)
    draw = np.random.Generator(np.random.PCG64(2))
    if task is TAG:
        return replace(data, units_T=draw.integers(-1, 3, len(data.ids_T)).astype(np.int32))
    units_T = np.zeros(len(data.ids_T), dtype=np.int32)
    for begin, end in zip(data.offsets_N1, data.offsets_N1[1:], strict=False):
        start, last = sorted(draw.integers(begin, end, 2))
        units_T[start] += 1
        units_T[last] += 2
    return replace(data, units_T=units_T, second_N=np.minimum(data.lengths_N - 1, 3).astype(np.int32))


@pytest.mark.parametrize(
    "kind, task",
    [("bert", TAG), ("bert", EXTRACT), ("llama", TAG), ("modernbert", EXTRACT)],
    ids=["bert tag", "bert extract", "llama tag", "modernbert extract"],
)
def test_tasks_of_tokens_are_padding_free_as_well(kind: str, task: Any, tmp_path: Path) -> None:
    settings = {"max_steps": 1, "bf16": False, "logging_steps": 1, "warmup_steps": 0}
    ways = {"padded": (8, 1, Pad()), "flat": (8, 1, PaddingFree()), "accumulated": (2, 4, PaddingFree(batch_tokens=40))}
    found = {}
    for name, (per_device, accumulation, batching) in ways.items():
        lm = with_head(language_model(kind), task.head, task.label_set)
        assert not batching.flat or choose(lm.model, causal=lm.causal)[0].flat
        update = Train(per_device_train_batch_size=per_device, gradient_accumulation_steps=accumulation, **settings)
        one = job(lm, tmp_path / name, found_in(task), update, batching=batching, flat=batching.flat, objective=task)
        line = Loop(one).run().history[0]
        found[name] = (line["loss"], line["grad_norm"])
    assert found["flat"] == pytest.approx(found["padded"], rel=1e-6)
    assert found["accumulated"] == pytest.approx(found["padded"], rel=1e-6)


@pytest.mark.parametrize("task", [TAG, EXTRACT], ids=["tag", "extract"])
def test_deberta_is_padded_under_every_head(task: Any) -> None:
    lm = with_head(language_model("deberta-v2"), task.head, task.label_set)
    assert not choose(lm.model, causal=False)[0].flat


@pytest.mark.parametrize("kind", KINDS)
def test_a_documents_logits_do_not_change_with_its_neighbour(kind: str) -> None:
    lm = language_model(kind)
    lm.model.eval()
    way, _ = choose(lm.model, causal=kind in CAUSAL)
    assert way.flat
    runner = Runner(lm.model, way)
    draw = np.random.Generator(np.random.PCG64(1))
    document = draw.integers(5, 120, 17)

    def logits(neighbours: list[Any]) -> torch.Tensor:
        row = [document, *neighbours]
        offsets = np.concatenate([[0], np.cumsum([len(one) for one in row])])
        batch = Batch(
            np.concatenate(row)[None], None, offsets, np.arange(17), np.zeros(17, np.int64), len(row), int(offsets[-1])
        )
        with torch.no_grad():
            return runner.logits(lm.model, batch)

    alone = logits([])
    for lengths in ([1], [30], [9, 21]):
        first, second = (logits([draw.integers(5, 120, length) for length in lengths]) for _ in range(2))
        assert torch.equal(first, second)
        assert torch.allclose(first, alone, rtol=1e-5, atol=1e-6)


@pytest.fixture(scope="module")
def courses(two_processes: Any) -> Any:
    """The courses of both kinds, in one process and in two."""
    return two_processes("bert", "llama")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["bert", "llama"])
def test_two_processes_give_the_same_losses(kind: str, courses: Any) -> None:
    one, two = courses[kind]
    assert two == pytest.approx(one, rel=1e-6)
    assert len(one) == 10
