"""Rows with their labels -> the answers of a model that is always right: what there is to measure, before any model is asked."""

from __future__ import annotations

from typing import Any

import numpy as np

from acclimate.core.answers import Answers, ClassAnswers, SpanAnswers, TextAnswers
from acclimate.core.rows import Rows
from acclimate.pipeline.predictor import there
from acclimate.predict import spans
from acclimate.predict.classes import gold


def right_answers(task: Any, rows: Rows) -> Answers:
    """Give the right answers about shaped rows as if a model gave them (classify, tag, extract), each row a group."""
    cells = rows.select(there(task, rows)).to_pylist()
    ids = tuple(str(number) for number in range(len(cells)))
    if task.head == "classify":
        right_NK = gold(np.stack([task.answer(row) for row in cells]), task.label_set)
        return ClassAnswers(ids, ids, task.label_set, right_NK, right_NK)
    if task.head == "tag":
        right = tuple(spans.gold(row[task.columns[0]]) for row in cells)
        return SpanAnswers(ids, ids, spans.labels_of(task.label_set.names), right, right)
    texts = tuple(tuple(str(one["text"]) for one in row[task.columns[1]] or ()) for row in cells)
    return TextAnswers(ids, ids, texts, tuple(next(iter(some), "") for some in texts))
