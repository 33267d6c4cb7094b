"""Beside the loss validation tells accuracy and F1, as plain transformers would count it; and a recipe can choose by it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from sklearn.metrics import accuracy_score, f1_score
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from acclimate.core.errors import UserError
from acclimate.pipeline.run import run
from acclimate.samples import reviews
from acclimate.train.state import State
from tests.pipeline import tiny


def recipe(model: Path, place: Path, **train: Any) -> dict[str, Any]:
    data = tiny.write_rows(place / "reviews.jsonl", [one._asdict() for one in reviews.generate(40, 0)])
    settings = {"num_train_epochs": 2, "per_device_train_batch_size": 8, "learning_rate": 5e-3, "bf16": False}
    return {"name": "reviews", "model": str(model), "sources": {"train": str(data)}, "leaks": "off",
            "prepare": [{"name": "split", "group_by": "film", "validation": 0.4, "test": 0.0}], "tokens": {"max_length": 32},
            "objective": "classify", "train": {**settings, "eval_strategy": "epoch", "logging_steps": 1, **train},
            "evaluate": {"retention": None, "resamples": 100}, "output_dir": str(place / "run")}  # fmt: skip


def test_accuracy_is_that_of_the_validation_rows(encoder: Path, tmp_path: Path) -> None:
    done = run(recipe(encoder, tmp_path))
    state = json.loads((done.folder / "trainer_state.json").read_text())
    told = [line["eval_accuracy"] for line in state["log_history"] if "eval_accuracy" in line]
    assert len(told) == 2, "once an epoch"
    assert json.loads((done.folder / "eval_results.json").read_text())["eval_accuracy"] == told[-1]
    model = AutoModelForSequenceClassification.from_pretrained(done.folder / "model").eval()
    tokenizer = AutoTokenizer.from_pretrained(done.folder / "model")
    import pyarrow as pa

    with pa.memory_map(str(next(done.folder.glob("02-*-prepare")) / "rows.arrow")) as source:
        rows = [row for row in pa.ipc.open_file(source).read_all().to_pylist() if row["_role"] == "validation"]
    said = []
    for row in rows:
        asked = tokenizer(row["text"], truncation=True, max_length=32, return_tensors="pt")
        with torch.no_grad():
            said.append(model.config.id2label[int(model(**asked).logits.argmax())])
    right = [row["label"] for row in rows]
    assert told[-1] == pytest.approx(accuracy_score(right, said))
    rates = [line["eval_macro_f1"] for line in state["log_history"] if "eval_macro_f1" in line]
    assert rates[-1] == pytest.approx(f1_score(right, said, average="macro", zero_division=0.0))
    assert all(0 <= line["accuracy"] <= 1 for line in state["log_history"] if "loss" in line)
    assert "Accuracy over updates" in (done.folder / "report.html").read_text()


def test_the_best_state_can_be_chosen_by_it(encoder: Path, tmp_path: Path) -> None:
    asked = {"metric_for_best_model": "accuracy", "load_best_model_at_end": True, "num_train_epochs": 3}
    done = run(recipe(encoder, tmp_path, **asked))
    state = json.loads((done.folder / "trainer_state.json").read_text())
    lines = [line for line in state["log_history"] if "eval_accuracy" in line]
    best = max(lines, key=lambda line: line["eval_accuracy"])
    assert (state["best_metric"], state["best_global_step"]) == (best["eval_accuracy"], best["step"])


def test_the_highest_is_the_best_where_higher_is_better() -> None:
    state = State()
    found = []
    for state.step, value in enumerate([0.5, 0.7, 0.7, 0.6, float("nan"), 0.8], 1):
        found.append(state.improved(value, higher=True))
    assert found == [True, True, False, False, False, True]


def test_an_accuracy_that_is_not_measured_is_a_fault_before_training(encoder: Path, tmp_path: Path) -> None:
    data = recipe(encoder, tmp_path, metric_for_best_model="eval_accuracy")
    with pytest.raises(
        UserError, match=r"adapt\.train\.metric_for_best_model: eval_accuracy is not measured"
    ) as caught:
        run({**data, "objective": "mlm"})
    assert "allowed: eval_loss" in str(caught.value)
    assert not list((tmp_path / "run").glob("*-train/checkpoint-*"))
