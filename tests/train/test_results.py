from pathlib import Path

import numpy as np
import pytest

from acclimate.train.plan import make_plan
from acclimate.train.results import train_metrics
from acclimate.train.section import Train
from acclimate.train.state import State
from tests.made import SIZES, examples, job, language_model

# What transformers' Trainer writes to train_results.json.
TRANSFORMERS_KEYS = {
    "train_runtime",
    "train_samples",
    "train_samples_per_second",
    "train_steps_per_second",
    "total_flos",
    "train_loss",
    "epoch",
}


def test_metrics_of_a_training(tmp_path: Path) -> None:
    settings = Train(per_device_train_batch_size=4)
    lm = language_model("bert")
    one = job(lm, tmp_path, examples(10), settings)
    one.runner.close()
    state = State(step=4, seconds=2.0)
    for loss in (4.0, 3.0, 2.0, 1.0):
        state.count(loss, 1.0, tokens=100, labels=15)
    found = train_metrics(state, make_plan(settings, np.ones(10, int), 1), one)
    assert set(found) >= TRANSFORMERS_KEYS
    assert found["train_loss"] == 2.5
    assert found["train_samples"] == 10
    assert found["epoch"] == pytest.approx(4 / 3, abs=1e-4)
    assert found["train_samples_per_second"] == 14 / 2, "10 documents in the first 3 updates, 4 in the next one"
    assert found["train_steps_per_second"] == 2.0
    assert (found["train_tokens"], found["train_tokens_per_second"]) == (400, 200.0)
    assert found["train_learnt_share"] == 0.15
    parameters = sum(weight.numel() for weight in lm.model.parameters()) - SIZES["vocab_size"] * SIZES["hidden_size"]
    assert found["total_flos"] == 6 * parameters * 400


def test_metrics_of_no_training(tmp_path: Path) -> None:
    settings = Train(max_steps=0)
    one = job(language_model("bert"), tmp_path, examples(3), settings)
    one.runner.close()
    found = train_metrics(State(), make_plan(settings, np.ones(3, int), 1), one)
    assert found["train_loss"] is None
    assert (found["epoch"], found["train_samples_per_second"], found["total_flos"]) == (0.0, 0.0, 0.0)
