"""How far a label is predicted by simple means, out of fold, with whole groups on one side of each fold.

    balanced accuracy = mean over labels of the share of their rows that are predicted right

It is 1 / labels for whoever always says the same, however uneven the labels are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from acclimate.core.scores import Floats, GroupSums
from acclimate.evaluate.class_floors import words
from acclimate.evaluate.rows import sum_by
from acclimate.pipeline.advise.domain import Labelled

FOLDS, UNIT = 5, "balanced accuracy"
NAMES = {
    "majority": "Always the same label",
    "tfidf_logistic": "TF-IDF + logistic regression",
    "nearest_neighbour": "Nearest neighbour (TF-IDF)",
    "frozen_features": "Frozen features + linear head",
    "zero_shot": "Asked, no examples",
    "few_shot": "Asked, with examples",
}
Fold = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


@dataclass(frozen=True)
class Predicted:
    """What one way of predicting says of the rows at `places`."""

    name: str
    places: list[int]
    labels: list[str]


def folds_of(labelled: Labelled, seed: int) -> list[Fold]:
    """Cut the rows into 5 folds: no group in two of them, labels spread evenly."""
    from sklearn.model_selection import StratifiedGroupKFold

    splitter = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    return list(splitter.split(np.zeros(len(labelled.texts)), labelled.labels, labelled.groups))


def simple(labelled: Labelled, folds: Sequence[Fold]) -> list[Predicted]:
    """Predict by the majority, by TF-IDF with logistic regression, and by the nearest neighbour in TF-IDF."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline

    def weighed() -> Any:
        return TfidfVectorizer(analyzer=words, sublinear_tf=True)

    ways = {
        "tfidf_logistic": make_pipeline(weighed(), _linear()),
        "nearest_neighbour": make_pipeline(weighed(), KNeighborsClassifier(1, metric="cosine")),
    }
    texts = np.array(labelled.texts, dtype=object)
    most = min(labelled.kinds, key=lambda kind: -labelled.labels.count(kind))
    majority = Predicted("majority", list(range(len(texts))), [most] * len(texts))
    return [majority] + [
        Predicted(name, *_out_of_fold(way, texts, labelled.labels, folds)) for name, way in ways.items()
    ]


def linear_head(features_ND: Floats, labelled: Labelled, folds: Sequence[Fold]) -> Predicted:
    """Predict by logistic regression on a frozen model's features, scaled, with C = 1 / D: they are often more than rows."""
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    way = make_pipeline(StandardScaler(), _linear(1 / features_ND.shape[1]))
    return Predicted("frozen_features", *_out_of_fold(way, features_ND, labelled.labels, folds))


def balanced_accuracy(labelled: Labelled, predicted: Predicted) -> GroupSums:
    """Give the score as sums over groups: each row weighs 1 / (labels x rows of its label)."""
    true = [labelled.labels[place] for place in predicted.places]
    rows = Counter(true)
    weight_N = np.array([1 / (len(rows) * rows[label]) for label in true])
    right_N = np.array([said == label for said, label in zip(predicted.labels, true, strict=True)], dtype=np.float64)
    groups = sorted({labelled.groups[place] for place in predicted.places})
    number = {group: count for count, group in enumerate(groups)}
    place_N = np.array([number[labelled.groups[place]] for place in predicted.places], dtype=np.int64)
    above_G, below_G = sum_by(place_N, weight_N * right_N, groups), sum_by(place_N, weight_N, groups)
    return GroupSums(predicted.name, UNIT, "higher", tuple(groups), above_G, below_G, len(predicted.places))


def _linear(strength: float = 1.0) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=strength, max_iter=2000, class_weight="balanced")


def _out_of_fold(way: Any, inputs_N: Any, labels: list[str], folds: Sequence[Fold]) -> tuple[list[int], list[str]]:
    """Fit on all folds but one and predict that one, in turn; a fold without two labels to learn from says the one."""
    from sklearn.base import clone

    said = [""] * len(labels)
    label_N = np.array(labels, dtype=object)
    for learn, test in folds:
        if not len(test):
            continue
        kinds = set(label_N[learn])
        if len(kinds) < 2:
            found = [str(next(iter(kinds), ""))] * len(test)
        else:
            found = clone(way).fit(inputs_N[learn], label_N[learn]).predict(inputs_N[test]).tolist()
        for place, label in zip(test.tolist(), found, strict=True):
            said[place] = label
    return list(range(len(labels))), said
