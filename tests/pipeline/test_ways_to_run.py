"""Runs of other shapes: a decoder, an adapter, two phases, from scratch, retention on a file; and runs that are stopped."""

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM, AutoModelForMaskedLM

from acclimate.core.artifact import file_hash
from acclimate.core.errors import Interrupted, UserError
from acclimate.core.events import Event
from acclimate.pipeline.run import run
from tests.pipeline import tiny

TRAIN: dict[str, Any] = {
    "max_steps": 6,
    "per_device_train_batch_size": 4,
    "learning_rate": 1e-2,
    "logging_steps": 2,
    "bf16": False,
}


def test_a_decoder_with_retention_on_a_file(decoder: Path, rows: Path, tmp_path: Path) -> None:
    general = tiny.write_rows(tmp_path / "general.jsonl", tiny.texts(25, seed=9))
    made = tiny.recipe(decoder, rows, tmp_path / "run", objective="clm", tokens={"max_length": 64})
    done = run({**made, "evaluate": {"retention": str(general), "resamples": 200}})
    found = {(score.data, score.when, score.name) for score in done.scores}
    assert {
        (data, when, "bits_per_byte") for data in ("test", "general") for when in ("before", "after", "change")
    } <= found
    assert AutoModelForCausalLM.from_pretrained(done.folder / "model").config.model_type == "gpt2"


@pytest.mark.parametrize("kind", ["encoder", "decoder"])
def test_an_adapter_run_leaves_adapter_and_merged_model(
    kind: str, encoder: Path, decoder: Path, rows: Path, tmp_path: Path
) -> None:
    base, objective, auto = (
        (encoder, "mlm", AutoModelForMaskedLM) if kind == "encoder" else (decoder, "clm", AutoModelForCausalLM)
    )
    made = tiny.recipe(
        base, rows, tmp_path / "run", objective=objective, tokens={"max_length": 64}, adapter={"name": "lora", "r": 4}
    )
    done = run(made)
    assert {path.name for path in (done.folder / "adapter").iterdir()} >= {
        "adapter_config.json",
        "adapter_model.safetensors",
    }
    merged, before = (auto.from_pretrained(place) for place in (done.folder / "model", base))
    changed = [
        name for name, weight in merged.state_dict().items() if not torch.equal(weight, before.state_dict()[name])
    ]
    assert changed
    assert len(changed) < len(before.state_dict())
    told: list[Event] = []
    run(made, tell=told.append)
    assert not [event for event in told if event.kind == "stage"]


def test_two_phases_chain_and_the_second_starts_where_the_first_ended(
    encoder: Path, rows: Path, tmp_path: Path
) -> None:
    phase = {
        key: value
        for key, value in tiny.recipe(encoder, rows, "").items()
        if key in ("sources", "prepare", "tokens", "objective")
    }
    phases = [{"name": "first", **phase, "train": TRAIN}, {"name": "second", **phase, "train": {"max_steps": 0}}]
    made = {"name": "chain", "model": str(encoder), "phases": phases, "output_dir": str(tmp_path / "run"),
            "evaluate": {"retention": None, "resamples": 200}}  # fmt: skip
    done = run(made)
    first, second = (
        tmp_path / "run" / f"{place}-train" / "model" / "model.safetensors" for place in ("04-first", "08-second")
    )
    assert file_hash(first) == file_hash(second) == file_hash(done.folder / "model" / "model.safetensors")
    assert file_hash(first) != file_hash(encoder / "model.safetensors")
    assert {score.phase for score in done.scores} == {"second"}
    assert done.change.value != 0, "the second phase's verdict compares with the base, not with the first phase"
    ledger = json.loads((done.folder / "ledger.json").read_text(encoding="utf-8"))
    assert {entry["phase"] for entry in ledger} == {"first", "second"}


def test_a_second_phase_may_be_mended_without_training_the_first_again(
    encoder: Path, rows: Path, tmp_path: Path
) -> None:
    phase = {
        key: value
        for key, value in tiny.recipe(encoder, rows, "").items()
        if key in ("sources", "prepare", "tokens", "objective")
    }
    second = {"name": "second", **phase, "objective": {"name": "mlm", "masking": "white_space"}, "train": TRAIN}
    made = {"name": "chain", "model": str(encoder), "phases": [{"name": "first", **phase, "train": TRAIN}, second],
            "output_dir": str(tmp_path / "run"), "evaluate": {"retention": None, "resamples": 200}}  # fmt: skip
    with pytest.raises(UserError, match="white_space"):
        run(made)
    told: list[Event] = []
    second["objective"] = "mlm"
    run(made, tell=told.append)
    assert [event.text for event in told if event.kind == "stage" and "training" in event.text][
        -1
    ] == "second: training"


def test_a_model_from_scratch(rows: Path, tmp_path: Path) -> None:
    model = {"model_type": "bert", "train_tokenizer": {"vocab_size": 300},
             "config_overrides": {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64,
                                  "max_position_embeddings": 64}}  # fmt: skip
    done = run({**tiny.recipe("", rows, tmp_path / "run", tokens={"max_length": 64}), "model": model})
    assert done.model.config.model_type == "bert"
    assert {score.when for score in done.scores} == {"after", "floor"}


def stop_at(step: int, number: int, told: list[Event]) -> Callable[[Event], None]:
    """Listen, and send this very process a signal after an update."""

    def listen(event: Event) -> None:
        told.append(event)
        if event.kind == "progress" and event.data.get("step") == step:
            os.kill(os.getpid(), number)

    return listen


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_is_saved_and_the_same_call_ends_in_the_same_bytes(
    number: int, encoder: Path, rows: Path, tmp_path: Path
) -> None:
    whole = run(tiny.recipe(encoder, rows, tmp_path / "whole", train=TRAIN))
    made = tiny.recipe(encoder, rows, tmp_path / "stopped", train=TRAIN)
    with pytest.raises(Interrupted) as caught:
        run(made, tell=stop_at(3, number, []))
    assert caught.value.checkpoint == "update 3 of 6"
    assert not (tmp_path / "stopped" / "report.html").exists()
    told: list[Event] = []
    done = run(made, tell=told.append)
    assert [event.data["step"] for event in told if event.kind == "progress" and "loss" in event.data] == [4, 5, 6]
    assert any("going on from checkpoint-3, bit for bit" in event.text for event in told)
    names = ("model/model.safetensors", "checkpoint-6/optimizer.safetensors")
    assert [file_hash(done.folder / name) for name in names] == [file_hash(whole.folder / name) for name in names]
    assert done.scores == whole.scores


def test_the_root_keeps_no_checkpoint_that_the_training_has_pruned(encoder: Path, rows: Path, tmp_path: Path) -> None:
    made = tiny.recipe(encoder, rows, tmp_path / "run", train={**TRAIN, "save_steps": 1, "save_total_limit": 1})
    first = run(made)
    run(made, ["train.max_steps=8"])
    there = [
        [path.name for path in place.glob("checkpoint-*")] for place in (first.folder, first.folder / "04-adapt-train")
    ]
    assert there == [["checkpoint-8"], ["checkpoint-8"]]


def test_early_stopping_and_the_best_state(learned: Path, rows: Path, tmp_path: Path) -> None:
    train = {
        **TRAIN,
        "learning_rate": 0.5,
        "max_steps": 20,
        "eval_steps": 1,
        "early_stopping_patience": 2,
        "load_best_model_at_end": True,
    }
    done = run(tiny.recipe(learned, rows, tmp_path / "run", train=train))
    state = json.loads((done.folder / "trainer_state.json").read_text(encoding="utf-8"))
    losses = {line["step"]: line["eval_loss"] for line in state["log_history"] if "eval_loss" in line}
    assert state["global_step"] < 20
    best = min(losses, key=losses.__getitem__)
    assert state["best_global_step"] == best
    evaluation = json.loads((done.folder / "eval_results.json").read_text(encoding="utf-8"))
    np.testing.assert_allclose(evaluation["eval_loss"], losses[best], rtol=1e-5)
