"""Evaluation memory does not grow with rows x vocabulary: logits are reduced batch by batch, and a few numbers a position are kept."""

import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from acclimate.compat.transformers.arm import ModelArm
from acclimate.compat.transformers.runner import Runner
from acclimate.compat.transformers.ways import PADDED, choose
from acclimate.pipeline.run import run
from tests.made import language_model
from tests.pipeline import tiny

BATCH_TOKENS = 64


class Watched:
    """Sees every block of logits that a model gives: how large it is, and how many older ones are still in memory."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.positions: list[int] = []
        self.alive: list[int] = []
        self._seen: list[weakref.ref[Any]] = []
        give = Runner.logits

        def watched(runner: Runner, model: Any, batch: Any) -> torch.Tensor:
            self.alive.append(sum(one() is not None for one in self._seen))
            logits = give(runner, model, batch)
            self.positions.append(logits.shape[0])
            self._seen.append(weakref.ref(logits))
            return logits

        monkeypatch.setattr(Runner, "logits", watched)


@pytest.mark.parametrize("kind, flat", [("bert", True), ("bert", False), ("gpt2", True)])
@pytest.mark.parametrize("documents", [20, 120])
def test_what_is_in_memory_at_once_does_not_depend_on_the_rows(
    kind: str, flat: bool, documents: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    lm = language_model(kind)
    way = choose(lm.model, causal=lm.causal)[0] if flat else PADDED
    assert way.flat == flat
    watched = Watched(monkeypatch)
    draw = np.random.Generator(np.random.PCG64(0))
    ids = [draw.integers(5, 120, int(length)).astype(np.int64) for length in draw.integers(2, 30, documents)]
    positions = [np.arange(len(one) - 1) for one in ids]
    targets = [one[1:] for one in ids]
    scored = ModelArm(lm, way, BATCH_TOKENS).score(ids, positions, targets)
    assert len(watched.positions) >= sum(len(one) for one in ids) // BATCH_TOKENS
    assert max(watched.positions) <= BATCH_TOKENS
    assert max(watched.alive) <= 1, "the block before is gone when the next one is made"
    kept = sum(one.log_probability_N.nbytes + one.best_N.nbytes for one in scored)
    assert kept == 16 * sum(len(one) for one in targets), "two numbers a position, whatever the vocabulary"
    assert all(
        array.base is None or array.base.nbytes < 16 * BATCH_TOKENS
        for one in scored
        for array in (one.log_probability_N, one.best_N)
    )


def test_a_whole_run_never_holds_two_blocks_of_logits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(monkeypatch)
    rows = tiny.write_rows(tmp_path / "rows.jsonl", tiny.texts())
    data = tiny.recipe(
        tiny.encoder(tmp_path / "model"),
        rows,
        tmp_path / "out",
        evaluate={"retention": None, "resamples": 200, "batch_tokens": BATCH_TOKENS},
    )
    run(data, ["train.eval_steps=2"])
    assert len(watched.positions) > 20
    assert max(watched.alive) <= 1
