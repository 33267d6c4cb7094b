"""Floors of a task's scores: decided as the model is, and called what they are."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from acclimate.core.answers import ClassAnswers
from acclimate.core.rows import Rows
from acclimate.evaluate.class_floors import tfidf_logistic
from acclimate.evaluate.metrics.micro_f1 import MicroF1
from acclimate.evaluate.section import Evaluate
from acclimate.evaluate.thresholds import Wanted, choose_thresholds
from acclimate.pipeline.task_floors import task_floors
from tests.evaluate.classes_made import scores_of, several_of, values

NAMES = ("cough", "fever")
SEVERAL: Any = SimpleNamespace(columns=("labels",), answer=lambda row: np.array(row["labels"], dtype=np.float32))
TFIDF = "TF-IDF + logistic regression"


def rows(number: int, seed: int) -> Rows:
    """Texts that rarely have a label, which one word among many says: regression is right, and never sure."""
    random = np.random.Generator(np.random.PCG64(seed))
    labels = (random.random((number, 2)) < 0.15).astype(int)
    words = [[*(f"day{day}" for day in random.integers(30, size=8)), *np.array(["coughs", "hot"])[one == 1]]
             for one in labels]  # fmt: skip
    return pa.table({"text": [" ".join(some) for some in words], "labels": labels.tolist()})


def asked(of: Rows) -> ClassAnswers:
    gold = np.array(of.column("labels").to_pylist())
    return several_of(gold, np.zeros(gold.shape), NAMES)


def test_a_score_has_the_mean_and_a_regression_of_its_own() -> None:
    train, test = rows(80, 0), rows(60, 1)
    score: Any = SimpleNamespace(columns=("labels",), answer=lambda row: np.array(row["labels"][:1], dtype=np.float32))
    right = [labels[0] for labels in test.column("labels").to_pylist()]
    floors = task_floors(scores_of(right, [0] * 60), train, test, test, score, Evaluate(primary="mse"))
    found = {one.unit.partition(", by ")[2]: one.value for one in floors if one.name == "mse"}
    assert found.keys() == {"the mean of the training rows", "TF-IDF + ridge regression"}
    mean = np.mean([labels[0] for labels in train.column("labels").to_pylist()])
    assert found["the mean of the training rows"] == pytest.approx(np.mean((np.array(right) - mean) ** 2))
    assert found["TF-IDF + ridge regression"] < 0.8 * found["the mean of the training rows"]


def test_floors_decide_by_thresholds_chosen_as_the_models_are() -> None:
    train, validation, test = rows(80, 0), rows(60, 1), rows(60, 2)
    settings = Evaluate.model_validate({"threshold": {"recall": 0.9}, "primary": "micro_f1"})
    floors = task_floors(asked(test), train, validation, test, SEVERAL, settings)
    (floor,) = (one for one in floors if one.name == "micro_f1" and TFIDF in one.unit)
    learn = np.array(train.column("labels").to_pylist(), dtype=float)
    tried, answered = (
        tfidf_logistic(train.column("text").to_pylist(), learn, of.column("text").to_pylist(), asked(of))
        for of in (validation, test)
    )
    chosen = choose_thresholds(tried, Wanted(recall=0.9))
    (expected,) = values(MicroF1(), replace(answered, threshold_K=chosen.threshold_K)).values()
    (at_a_half,) = values(MicroF1(), answered).values()
    assert {one.n for one in floors if one.name == "accuracy"} == {60}, "validation rows are not counted"
    assert floor.value == pytest.approx(expected)
    assert expected > at_a_half + 0.2, "cut at a half it looks worse than it is"
