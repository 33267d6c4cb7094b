"""What a task's head says of tokens -> what it found in the texts of rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from acclimate.core.answers import Floats, SpanAnswers, TextAnswers
from acclimate.core.examples import Examples
from acclimate.core.rows import ROW_ID, Rows
from acclimate.predict import spans
from acclimate.predict.extracts import extracts


def span_answers(
    task: Any, said: Sequence[Floats], examples: Examples, rows: Rows, groups: Sequence[str]
) -> SpanAnswers:
    """Give the entities that a tagger finds in shaped rows, beside those that are there."""
    columns = [name for name in (*task.columns, "text", ROW_ID) if name in rows.column_names]
    cells = rows.select(columns).to_pylist()
    texts = [row["text"] or "" for row in cells]
    words = [task.words(row, text) for row, text in zip(cells, texts, strict=True)]
    names = task.label_set.names
    right = tuple(spans.gold(row.get(task.columns[0])) for row in cells)
    found = spans.spans(said, examples, texts, words, names)
    return SpanAnswers(tuple(str(row[ROW_ID]) for row in cells), tuple(groups), spans.labels_of(names), right, found)


def text_answers(
    task: Any, said: Sequence[Floats], examples: Examples, rows: Rows, groups: Sequence[str]
) -> TextAnswers:
    """Give the answers that are found in the contexts of shaped rows, beside those that are right."""
    context, answers = task.columns
    columns = [name for name in (context, answers, ROW_ID) if name in rows.column_names]
    cells = rows.select(columns).to_pylist()
    right = tuple(tuple(str(one["text"]) for one in row.get(answers) or ()) for row in cells)
    contexts = [row[context] or "" for row in cells]
    longest, may_be_none = task.limits
    found = extracts(said, examples, contexts, longest, may_be_none=may_be_none)
    names, texts = tuple(str(row[ROW_ID]) for row in cells), tuple(one.text for one in found)
    return TextAnswers(names, tuple(groups), right, texts, found=found)
