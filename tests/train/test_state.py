import math
from pathlib import Path

import numpy as np
import pytest

from acclimate.core.artifact import read_json, write_json
from acclimate.train.plan import make_plan
from acclimate.train.section import Train
from acclimate.train.state import State

SETTINGS = Train(max_steps=6, per_device_train_batch_size=2)
PLAN = make_plan(SETTINGS, np.ones(4, int), 1)
TRANSFORMERS_KEYS = {
    "global_step",
    "max_steps",
    "epoch",
    "num_train_epochs",
    "train_batch_size",
    "best_metric",
    "best_global_step",
    "best_model_checkpoint",
    "log_history",
    "is_world_process_zero",
}


def used() -> State:
    """A state after three updates and two validations, with a loss that waits for the log."""
    state = State(start={"weight": "abc"})
    for loss in (3.0, 2.0, 1.5):
        state.step += 1
        state.count(loss, loss / 10, tokens=8, labels=2)
        if state.step == 2:
            state.log_mean(learning_rate=1e-3, epoch=1.0)
    state.with_gradient.add("weight")
    state.improved(2.5)
    state.improved(2.6)
    return state


def test_json_and_back(tmp_path: Path) -> None:
    state = used()
    write_json(tmp_path / "state.json", state.as_json(PLAN, SETTINGS))
    again = State()
    again.restore(read_json(tmp_path / "state.json"))
    assert again.saved == 3, "what was just read need not be written again"
    again.saved, again.loss = state.saved, state.loss
    assert again == state


def test_keys_are_transformers() -> None:
    data = used().as_json(PLAN, SETTINGS)
    assert set(data) >= TRANSFORMERS_KEYS
    assert (data["global_step"], data["max_steps"], data["epoch"]) == (3, 6, 1.5)
    assert (data["best_metric"], data["best_global_step"], data["best_model_checkpoint"]) == (2.5, 3, "checkpoint-3")


def test_a_line_of_the_log_is_the_mean_since_the_one_before() -> None:
    state = used()
    assert state.history[0]["loss"] == 2.5
    assert state.history[0]["grad_norm"] == 0.2
    state.count(0.5, 7.0, tokens=8, labels=2)
    line = state.log_mean(learning_rate=1e-3, epoch=2.0)
    assert (line["loss"], line["grad_norm"], line["step"]) == (1.0, 7.0, 3)
    assert state.history[-1] is line


def test_the_best_is_the_lowest_and_waiting_is_counted() -> None:
    state = State()
    found = []
    for state.step, loss in enumerate([3.0, 2.0, 2.0, 2.5, 1.0], 1):
        found.append(state.improved(loss))
    assert found == [True, True, False, False, True]
    assert (state.best_metric, state.best_step, state.waited) == (1.0, 5, 0)


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_what_is_no_number_is_never_best(loss: float) -> None:
    state = State()
    assert not state.improved(loss)
    assert (state.best_metric, state.waited) == (None, 1)
    state.step = 2
    assert state.improved(5.0)
    state.step = 3
    assert not state.improved(loss)
    assert state.best_step == 2


def test_nan_is_written_as_text_and_not_left_out(tmp_path: Path) -> None:
    state = State()
    state.log({"loss": math.nan, "grad_norm": -math.inf, "learning_rate": 0.1})
    write_json(tmp_path / "state.json", state.as_json(PLAN, SETTINGS))
    (line,) = read_json(tmp_path / "state.json")["log_history"]
    assert line == {"loss": "nan", "grad_norm": "-inf", "learning_rate": 0.1, "step": 0}
