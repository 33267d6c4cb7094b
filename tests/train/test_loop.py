import math
import os
import signal
from pathlib import Path
from typing import Any

import pytest
import torch

from acclimate.adapter.lora import Lora
from acclimate.core.errors import Interrupted, UserError
from acclimate.core.events import Event
from acclimate.train.job import Result
from acclimate.train.loop import Loop
from acclimate.train.section import Train
from tests.made import examples, job, language_model

DATA, VALIDATION = examples(20), examples(6, seed=9)
BASE = {"per_device_train_batch_size": 4, "bf16": False, "logging_steps": 1, "learning_rate": 5e-3}


def settings(**more: Any) -> Train:
    return Train(**{**BASE, "max_steps": 7, **more})


def run(place: Path, chosen: Train, **more: Any) -> tuple[Result, Any]:
    """Train a tiny BERT; gives the result and the model."""
    lm = more.pop("lm", None) or language_model("bert")
    result = Loop(job(lm, place, DATA, chosen, **{"validation": VALIDATION, **more})).run()
    return result, lm.model


def steps(result: Result, key: str) -> list[int]:
    return [line["step"] for line in result.history if key in line]


def saved(place: Path) -> list[int]:
    return sorted(int(path.name.rpartition("-")[2]) for path in place.glob("checkpoint-*"))


def weights(model: Any) -> dict[str, torch.Tensor]:
    return {name: parameter.detach().clone() for name, parameter in model.named_parameters()}


def equal(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def scripted(monkeypatch: pytest.MonkeyPatch, losses: list[float]) -> list[dict[str, torch.Tensor]]:
    """Let validation give these losses, one after the other; what is returned gathers the weights at each."""
    seen: list[dict[str, torch.Tensor]] = []

    def validate(loop: Loop) -> dict[str, float]:
        seen.append(weights(loop.job.model))
        return {"eval_loss": losses[len(seen) - 1]}

    monkeypatch.setattr(Loop, "validate", validate)
    return seen


# --- when it logs, validates, saves -----------------------------------------------------------------------------------


def test_saving_and_validating_are_independent(tmp_path: Path) -> None:
    result, _ = run(tmp_path, settings(save_steps=2, eval_steps=3, save_total_limit=None, logging_steps=4))
    assert saved(tmp_path) == [2, 4, 6, 7]
    assert steps(result, "eval_loss") == [3, 6, 7]
    assert steps(result, "loss") == [4, 7]
    assert (result.updates, result.planned) == (7, 7)


def test_by_epochs(tmp_path: Path) -> None:
    chosen = settings(save_strategy="epoch", eval_strategy="epoch", save_total_limit=None, max_steps=12)
    result, _ = run(tmp_path, chosen)
    assert saved(tmp_path) == steps(result, "eval_loss") == [5, 10, 12]


def test_without_either_only_the_last_state_is_kept(tmp_path: Path) -> None:
    result, _ = run(tmp_path, settings(), validation=None)
    assert saved(tmp_path) == [7]
    assert steps(result, "eval_loss") == []


def test_validation_is_asked_for_before_the_first_update(tmp_path: Path) -> None:
    model = language_model("bert")
    before = weights(model.model)
    with pytest.raises(UserError, match="no validation data"):
        run(tmp_path, settings(eval_steps=5), validation=None, lm=model)
    assert equal(weights(model.model), before)


def test_tensorboard_gets_every_number(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    result, _ = run(tmp_path, settings(report_to=("tensorboard",), eval_steps=7))
    (file,) = (tmp_path / "logs").rglob("events.out.tfevents.*")
    events = EventAccumulator(str(file.parent))
    events.Reload()
    assert {"loss", "grad_norm", "learning_rate", "epoch", "eval_loss"} <= set(events.Tags()["scalars"])
    losses = [line["loss"] for line in result.history if "loss" in line]
    assert [one.value for one in events.Scalars("loss")] == pytest.approx(losses, rel=1e-6)
    assert [one.step for one in events.Scalars("eval_loss")] == [7]


def test_no_tracker_unless_named(tmp_path: Path) -> None:
    run(tmp_path, settings(max_steps=1), validation=None)
    assert not (tmp_path / "logs").exists()


# --- the best state, and stopping early -------------------------------------------------------------------------------


def test_the_best_state_is_loaded_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = scripted(monkeypatch, [3.0, 2.0, 2.5, 2.0])
    result, model = run(tmp_path, settings(eval_steps=2, load_best_model_at_end=True, save_total_limit=1))
    assert result.best_step == 4
    assert equal(weights(model), seen[1])
    assert not equal(weights(model), seen[3])
    assert saved(tmp_path) == [4, 7], "the best and the newest are kept, whatever the limit"


def test_otherwise_the_last_state_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = scripted(monkeypatch, [3.0, 2.0, 2.5, 2.0])
    result, model = run(tmp_path, settings(eval_steps=2))
    assert result.best_step == 4
    assert equal(weights(model), seen[3])


def test_training_stops_after_validations_without_a_gain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = scripted(monkeypatch, [3.0, 2.0, 2.1, 2.2, 9.0, 9.0])
    chosen = settings(eval_steps=2, early_stopping_patience=2, load_best_model_at_end=True, max_steps=40)
    result, model = run(tmp_path, chosen)
    assert result.stopped_early
    assert (result.updates, result.best_step) == (8, 4)
    assert equal(weights(model), seen[1])
    again, model = run(tmp_path, chosen)
    assert (again.updates, again.stopped_early) == (8, True), "the same line again does nothing"
    assert equal(weights(model), seen[1])


# --- losses that are no numbers ---------------------------------------------------------------------------------------


def test_a_loss_that_is_no_number_is_logged_and_stops_training(tmp_path: Path) -> None:
    told: list[Event] = []
    chosen = settings(learning_rate=1e20, max_grad_norm=0, warmup_steps=0, max_steps=30)
    result, model = run(tmp_path, chosen, tell=told.append, validation=None)
    assert result.diverged
    assert result.updates < 30
    assert not math.isfinite(result.history[-1]["loss"])
    assert len(steps(result, "loss")) == result.updates + 1
    assert all(bool(tensor.isfinite().all()) for tensor in weights(model).values())
    (warning,) = [event.text for event in told if event.kind == "warning"]
    assert "training stops" in warning
    assert [event.data for event in told if event.kind == "log"] == result.history
    assert saved(tmp_path) == []


def test_a_validation_that_is_no_number_is_never_the_best(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = scripted(monkeypatch, [math.nan, 4.0, math.nan, math.inf])
    result, model = run(tmp_path, settings(eval_steps=2, save_steps=1, load_best_model_at_end=True))
    assert result.best_step == 4
    assert equal(weights(model), seen[1])
    assert [str(line["eval_loss"]) for line in result.history if "eval_loss" in line] == ["nan", "4.0", "nan", "inf"]


# --- no update, few updates, an interruption --------------------------------------------------------------------------


def test_no_update_changes_nothing(tmp_path: Path) -> None:
    lm = language_model("bert")
    before = weights(lm.model)
    result, model = run(tmp_path, settings(max_steps=0, load_best_model_at_end=True), lm=lm)
    assert (result.updates, result.planned, result.history, result.best_step) == (0, 0, [], None)
    assert result.metrics["train_loss"] is None
    assert equal(weights(model), before)
    assert saved(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_saves_says_how_to_go_on_and_the_rest_follows(number: int, tmp_path: Path) -> None:
    def interrupt(event: Event) -> None:
        if event.kind == "progress" and event.data["step"] == 3:
            os.kill(os.getpid(), number)

    with pytest.raises(Interrupted, match="update 3 of 7") as caught:
        run(tmp_path / "a", settings(), tell=interrupt, resume_with="acclimate run it.yaml")
    assert (caught.value.exit_code, caught.value.resume) == (3, "acclimate run it.yaml")
    assert saved(tmp_path / "a") == [3]
    told: list[Event] = []
    resumed, model = run(tmp_path / "a", settings(), tell=told.append)
    assert "going on from checkpoint-3, bit for bit" in [event.text for event in told]
    whole, other = run(tmp_path / "b", settings())
    assert equal(weights(model), weights(other))
    assert [line["loss"] for line in resumed.history] == [line["loss"] for line in whole.history]


def test_a_longer_run_says_that_it_is_not_bitwise(tmp_path: Path) -> None:
    run(tmp_path, settings(max_steps=2))
    told: list[Event] = []
    result, _ = run(tmp_path, settings(max_steps=4), tell=told.append)
    assert result.updates == 4
    assert [event.text for event in told if "checkpoint-2" in event.text] == [
        "going on from checkpoint-2, not bitwise (the number of updates was changed)"
    ]


def test_from_the_start_if_wanted(tmp_path: Path) -> None:
    _, first = run(tmp_path, settings(max_steps=3))
    told: list[Event] = []
    _, again = run(tmp_path, settings(max_steps=3, resume_from_checkpoint=False), tell=told.append)
    assert [event.data["step"] for event in told if event.kind == "log"] == [1, 2, 3]
    assert equal(weights(first), weights(again))


# --- memory -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("adapter", ["full", "lora"])
def test_recomputing_activations_changes_neither_loss_nor_gradient(adapter: str, tmp_path: Path) -> None:
    found, calls = [], []
    for recompute in (False, True):
        lm = language_model("bert", hidden_dropout_prob=0.2, attention_probs_dropout_prob=0.2)
        layer = lm.model.bert.encoder.layer[0].attention
        layer.register_forward_pre_hook(lambda *_, now=recompute: calls.append(now))
        chosen = settings(gradient_checkpointing=recompute, max_steps=3)
        more = {"adapter": Lora(r=2, lora_dropout=0.1)} if adapter == "lora" else {}
        result, _ = run(tmp_path / str(recompute), chosen, lm=lm, validation=None, **more)
        found.append([number for line in result.history for number in (line["loss"], line["grad_norm"])])
    assert found[1] == pytest.approx(found[0], rel=1e-6)
    assert calls.count(True) > calls.count(False), "something was recomputed"


# --- schedules, spikes, batches by tokens ------------------------------------------------------------------------------


def test_the_rate_falls_where_validation_stands_still(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted(monkeypatch, [2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    plateau = {"name": "reduce_lr_on_plateau", "patience": 1, "factor": 0.5}
    result, _ = run(tmp_path, settings(lr_scheduler_type=plateau, eval_steps=1, warmup_steps=0, learning_rate=1e-3))
    rates = [line["learning_rate"] for line in result.history if "learning_rate" in line]
    assert rates == pytest.approx([1e-3, 1e-3, 1e-3, 1e-3, 5e-4, 5e-4, 2.5e-4])


def test_a_spike_is_left_out_said_and_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backward, calls = Loop._backward, []

    def spoilt(loop: Loop, *given: Any, **more: Any) -> tuple[float, int]:
        calls.append(loop.state.step)
        loss, right = backward(loop, *given, **more)
        return loss * (100.0 if loop.state.step == 12 else 1.0), right

    monkeypatch.setattr(Loop, "_backward", spoilt)
    told: list[Event] = []
    seen: dict[int, dict[str, torch.Tensor]] = {}
    lm = language_model("bert")

    def listen(event: Event) -> None:
        told.append(event)
        if event.kind == "progress":
            seen[event.data["step"]] = weights(lm.model)

    result, _ = run(tmp_path, settings(max_steps=14, loss_spike_factor=3.0), lm=lm, tell=listen)
    assert equal(seen[12], seen[13]), "update 13 moved nothing"
    assert not equal(seen[11], seen[12])
    assert not equal(seen[13], seen[14])
    assert next(event.text for event in told if event.kind == "warning").startswith("update 13: the loss is")
    assert result.metrics["train_skipped_updates"] == 1


def test_auto_fills_the_row_and_stops_and_goes_on(tmp_path: Path) -> None:
    chosen = settings(per_device_train_batch_size="auto", max_steps=None, num_train_epochs=2)
    whole, model = run(tmp_path / "whole", chosen, batch_tokens=64)
    assert whole.updates == whole.planned > 2 * DATA.lengths_N.sum() // 64

    def interrupt(event: Event) -> None:
        if event.kind == "progress" and event.data["step"] == 6:
            os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(Interrupted):
        run(tmp_path / "parts", chosen, batch_tokens=64, tell=interrupt)
    _, other = run(tmp_path / "parts", chosen, batch_tokens=64)
    assert equal(weights(model), weights(other))
