"""A task's floors: how far its test rows are answered by simple means that learn from the training rows alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from acclimate.core.answers import Answers, ClassAnswers, Floats, SpanAnswers, TextAnswers
from acclimate.core.extras import has_package
from acclimate.core.rows import Rows
from acclimate.core.scores import GroupSums
from acclimate.evaluate.answer_floors import by_words, never
from acclimate.evaluate.class_floors import majority, tfidf_logistic, tfidf_ridge
from acclimate.evaluate.entity_floors import looked_up
from acclimate.evaluate.section import Evaluate
from acclimate.evaluate.thresholds import Wanted, choose_thresholds
from acclimate.pipeline.predictor import there
from acclimate.pipeline.task_scores import scores_of
from acclimate.predict.classes import gold
from acclimate.predict.spans import gold as entities

_SHOWN = ("accuracy", "f1", "macro_f1", "micro_f1", "roc_auc", "mse", "mae", "pearson", "entity_precision", "entity_recall", "entity_f1",
          "exact_match", "token_f1")  # fmt: skip
"""Scores whose floors are measured, beside the one that decides."""
_WAYS = {False: ("the most frequent label", "TF-IDF + logistic regression", tfidf_logistic),
         True: ("the mean of the training rows", "TF-IDF + ridge regression", tfidf_ridge)}  # fmt: skip
"""The floors of labels, and (True) of a score."""


def task_floors(
    said: Answers, train: Rows, validation: Rows, test: Rows, task: Any, settings: Evaluate
) -> list[GroupSums]:
    """Give how far simple means get: of classes the most frequent label, and TF-IDF with logistic regression; of a score
    the training rows' mean, and TF-IDF with ridge regression; of entities a dictionary of those in training rows; of answers in a context the sentence most like the question, or none at all.

    Takes: `said`, a model's answers about the test rows, whose gold is read; `validation`, on which the floors' thresholds
    are chosen where the recipe asks for some, as the model's are.
    """
    if not train.num_rows:
        return []
    return list(_measured(_answers(said, train, validation, test, task, settings), settings))


def _answers(
    said: Answers, train: Rows, validation: Rows, test: Rows, task: Any, settings: Evaluate
) -> Mapping[str, Answers]:
    if isinstance(said, ClassAnswers):
        if settings.threshold is None:
            return _of_classes(said, train, _texts(test), task)
        ways = _of_classes(_with_first(said, validation, task), train, _texts(validation) + _texts(test), task)
        return {name: _decided(one, validation.num_rows, settings.threshold) for name, one in ways.items()}
    if isinstance(said, SpanAnswers):
        marked = zip(_column(train, "text"), train.column(task.columns[0]).to_pylist(), strict=True)
        training = [(text, entities(some)) for text, some in marked]
        return {"a dictionary of the training rows": looked_up(training, _column(test, "text"), said)}
    return _of_contexts(said, train, test, task)


def _of_classes(said: ClassAnswers, train: Rows, texts: list[str], task: Any) -> Mapping[str, ClassAnswers]:
    learnt_NK = _gold(said, train, task)
    always, by_texts, regression = _WAYS[said.labels.kind == "score"]
    ways = {always: majority(learnt_NK, said)}
    if has_package("sklearn"):
        ways[by_texts] = regression(_texts(train), learnt_NK, texts, said)
    return ways


def _gold(said: ClassAnswers, rows: Rows, task: Any) -> Floats:
    return gold(np.stack([task.answer(row) for row in rows.select(there(task, rows)).to_pylist()]), said.labels)


def _with_first(said: ClassAnswers, rows: Rows, task: Any) -> ClassAnswers:
    """Put rows that nobody has answered yet before those of `said`, so that each floor learns once for both."""
    none = tuple([""] * rows.num_rows)
    gold_NK = np.concatenate([_gold(said, rows, task), said.gold_NK])
    return replace(said, row_ids=none + said.row_ids, groups=none + said.groups, gold_NK=gold_NK)


def _decided(floor: ClassAnswers, first: int, wanted: Wanted) -> ClassAnswers:
    """Choose the threshold on the first rows, and give the others with it."""
    validation, test = (
        replace(floor, row_ids=floor.row_ids[part], groups=floor.groups[part], gold_NK=floor.gold_NK[part],
                probability_NK=floor.probability_NK[part]) for part in (slice(first), slice(first, None))
    )  # fmt: skip
    return replace(test, threshold_K=choose_thresholds(validation, wanted).threshold_K)


def _of_contexts(said: TextAnswers, train: Rows, test: Rows, task: Any) -> Mapping[str, Answers]:
    context = task.columns[0]
    ways = by_words(_column(train, context), _column(test, "text"), _column(test, context), said)
    _, may_be_none = task.limits
    return {**ways, "saying that there is no answer": never(said)} if may_be_none else ways


def _measured(ways: Mapping[str, Answers], settings: Evaluate) -> Iterator[GroupSums]:
    for name, answers in ways.items():
        for one in scores_of(answers, settings):
            if one.name in (*_SHOWN, settings.primary) and one.slice is None and one.measured:
                yield replace(one, unit=f"{one.unit}, by {name}")


def untold_floor(answers: Answers) -> list[str]:
    """Say that a floor is missing, where the library that makes it is not installed."""
    if isinstance(answers, ClassAnswers) and not has_package("sklearn"):
        _, by_texts, _ = _WAYS[answers.labels.kind == "score"]
        return [f'the floor of {by_texts} needs scikit-learn: pip install "acclimate[advise]"']
    return []


def _texts(rows: Rows) -> list[str]:
    if "text_pair" not in rows.column_names:
        return _column(rows, "text")
    return [f"{one} {two}" for one, two in zip(_column(rows, "text"), _column(rows, "text_pair"), strict=True)]


def _column(rows: Rows, name: str) -> list[str]:
    return [text or "" for text in rows.column(name).to_pylist()]
