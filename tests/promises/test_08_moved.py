"""After training, everything that should have moved has moved, and nothing frozen has; else the run fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from acclimate.adapter.full import Full
from acclimate.adapter.lora import Lora
from acclimate.core.errors import AcclimateError
from acclimate.core.events import Event
from acclimate.model.rows import add_rows
from acclimate.train import loop
from acclimate.train.job import Job
from acclimate.train.section import Train
from tests.made import VOCABULARY, examples, job, language_model

SETTINGS = Train(max_steps=6, per_device_train_batch_size=4, bf16=False, learning_rate=1e-3)
ADAPTERS = {"full": Full(), "lora": Lora(r=2, lora_dropout=0.0)}


def made(kind: str, adapter: str, place: Path, **more: Any) -> Job:
    """A training; new rows are there, and the data uses them, so that they have something to learn from."""
    lm = language_model(kind)
    add_rows(lm, [VOCABULARY, VOCABULARY + 1], [[5], [6]])
    data = examples(16, causal=lm.causal)
    data.ids_T[data.ids_T % 7 == 0] = VOCABULARY
    data.ids_T[data.ids_T % 7 == 1] = VOCABULARY + 1
    return job(lm, place, data, SETTINGS, adapter=ADAPTERS[adapter], **more)


@pytest.mark.parametrize("adapter", ADAPTERS)
@pytest.mark.parametrize("kind", ["bert", "llama"])
def test_trained_weights_move_and_frozen_ones_do_not(kind: str, adapter: str, tmp_path: Path) -> None:
    one = made(kind, adapter, tmp_path)
    before = {name: weight.detach().clone() for name, weight in one.model.named_parameters()}
    loop.Loop(one).run()
    unmoved = {name for name, weight in one.model.named_parameters() if torch.equal(weight, before[name])}
    assert unmoved == {name for name, weight in one.model.named_parameters() if not weight.requires_grad}
    assert bool(unmoved) is (adapter == "lora")


@pytest.mark.parametrize("name", ["lora_B", "lora_A", "trainable_tokens"])
def test_an_adapter_weight_that_stands_still_fails_the_run(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _skip(monkeypatch, name)
    with pytest.raises(AcclimateError, match=rf"trained weights that did not move: .*{name}"):
        loop.Loop(made("bert", "lora", tmp_path)).run()


def test_one_weight_of_many_that_stands_still_fails_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _skip(monkeypatch, "layer.1.output.LayerNorm.bias")
    with pytest.raises(AcclimateError, match=r"did not move: bert\.encoder\.layer\.1\.output\.LayerNorm\.bias$"):
        loop.Loop(made("bert", "full", tmp_path)).run()


def test_a_frozen_weight_that_moves_fails_the_run(tmp_path: Path) -> None:
    def disturb(event: Event) -> None:
        if event.kind == "progress" and event.data["step"] == 5:
            with torch.no_grad():
                next(weight for weight in one.model.parameters() if not weight.requires_grad)[3, 3] += 1e-4

    one = made("llama", "lora", tmp_path, tell=disturb)
    with pytest.raises(AcclimateError, match="frozen weights that moved"):
        loop.Loop(one).run()


def _skip(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Make an optimiser that forgets the weights whose name holds `name`."""
    real = loop.make_optimizer

    def forgetful(model: Any, settings: Train, learning_rate: float) -> Any:
        optimizer = real(model, settings, learning_rate)
        forgotten = {id(weight) for key, weight in model.named_parameters() if name in key}
        assert forgotten
        for group in optimizer.param_groups:
            group["params"] = [weight for weight in group["params"] if id(weight) not in forgotten]
        return optimizer

    monkeypatch.setattr(loop, "make_optimizer", forgetful)
