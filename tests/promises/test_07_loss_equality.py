"""Padding-free loss = padded loss = accumulated loss, for every objective; and a document never sees its neighbour."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from acclimate.compat.transformers.runner import Runner
from acclimate.compat.transformers.ways import choose
from acclimate.core.examples import Batch
from acclimate.tokens.pad import Pad
from acclimate.tokens.padding_free import PaddingFree
from acclimate.train.loop import Loop
from acclimate.train.section import Train
from tests.made import examples, job, language_model

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


@pytest.mark.parametrize("kind", ["bert", "llama"])
def test_two_processes_give_the_same_losses(kind: str, tmp_path: Path, two_processes: Any) -> None:
    one, two = two_processes(kind, tmp_path)
    assert two == pytest.approx(one, rel=1e-6)
