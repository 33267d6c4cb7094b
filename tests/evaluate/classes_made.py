"""Answers of classes made for tests, with ties, absent labels and labels that training never saw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st

from acclimate.core.answers import ClassAnswers
from acclimate.core.labels import Labels
from acclimate.core.protocols import Metric
from acclimate.core.scores import GroupSums

NAMES = ("cold", "flu", "mumps", "asthma")
SEED_001 = [("healthy", "healthy", 72), ("healthy", "ill", 3), ("ill", "healthy", 5), ("ill", "ill", 20)]
"""Right, said, texts."""


def one_of(
    names: Sequence[str], gold: Sequence[int], probability: Any, groups: Sequence[str] = (), **more: Any
) -> ClassAnswers:
    """One label holds: its number, or -1 for one that training never saw."""
    probability_NK = np.array(probability, dtype=np.float64).reshape(len(gold), len(names))
    gold_NK = np.array([[float(label == one) for label in range(len(names))] for one in gold]).reshape(len(gold), -1)
    rows = tuple(str(place) for place in range(len(gold)))
    return ClassAnswers(rows, tuple(groups) or rows, Labels("one", tuple(names)), gold_NK, probability_NK, **more)


def several_of(gold: Any, probability: Any, names: Sequence[str] = NAMES, **more: Any) -> ClassAnswers:
    """Any number of labels hold."""
    gold_NK, probability_NK = (np.array(some, dtype=np.float64).reshape(-1, len(names)) for some in (gold, probability))
    rows = tuple(str(place) for place in range(len(gold_NK)))
    return ClassAnswers(rows, rows, Labels("several", tuple(names)), gold_NK, probability_NK, **more)


def scores_of(gold: Any, said: Any) -> ClassAnswers:
    """A score is answered."""
    gold_NK, said_NK = (np.array(some, dtype=np.float64).reshape(-1, 1) for some in (gold, said))
    rows = tuple(str(place) for place in range(len(gold_NK)))
    return ClassAnswers(rows, rows, Labels("score", ("pain",)), gold_NK, said_NK)


def seed_001() -> ClassAnswers:
    """Seed 001's confusion matrix: TP 20, FN 5, FP 3, TN 72."""
    gold = [int(right == "ill") for right, _, texts in SEED_001 for _ in range(texts)]
    said = [int(one == "ill") for _, one, texts in SEED_001 for _ in range(texts)]
    return one_of(("healthy", "ill"), gold, [[0.9, 0.1] if not one else [0.2, 0.8] for one in said])


@st.composite
def one_label(draw: st.DrawFn, labels: int = 4, *, new: bool = True) -> ClassAnswers:
    """Up to 40 texts with `labels` labels; probabilities in steps of a tenth, so that many are tied."""
    rows = draw(st.integers(1, 40))
    random = np.random.Generator(np.random.PCG64(draw(st.integers(0, 10**6))))
    probability_NK = random.integers(1, 5, (rows, labels)) / 10
    probability_NK /= probability_NK.sum(axis=1, keepdims=True)
    used = random.choice(labels, random.integers(1, labels + 1), replace=False)
    gold = random.choice(used, rows)
    if new and draw(st.booleans()):
        gold[random.random(rows) < 0.2] = -1
    groups = [str(group) for group in random.integers(0, 9, rows)]
    return one_of(NAMES[:labels], gold.tolist(), probability_NK, groups)


@st.composite
def several_labels(draw: st.DrawFn) -> ClassAnswers:
    rows = draw(st.integers(1, 40))
    random = np.random.Generator(np.random.PCG64(draw(st.integers(0, 10**6))))
    share_K = random.choice([0.0, 0.3, 0.6], 4)
    return several_of(random.random((rows, 4)) < share_K, random.integers(0, 11, (rows, 4)) / 10)


def gold_of(answers: ClassAnswers) -> list[int]:
    """The right label's number; a label that training never saw is one more."""
    return np.where(answers.gold_NK.any(axis=1), answers.gold_NK.argmax(axis=1), answers.gold_NK.shape[1]).tolist()


def said_of(answers: ClassAnswers) -> list[int]:
    return answers.said_NK().argmax(axis=1).tolist()


def by_key(metric: Metric, answers: ClassAnswers) -> dict[str, GroupSums]:
    """Scores by name and slice."""
    return {f"{one.name} {one.slice or ''}".strip(): one for one in metric.sums(answers)}


def values(metric: Metric, answers: ClassAnswers) -> dict[str, float]:
    return {name: one.value for name, one in by_key(metric, answers).items()}
