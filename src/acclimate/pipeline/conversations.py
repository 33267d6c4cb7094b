"""Conversations of a role as every model reads them: written out once, by the adapted model's chat template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from acclimate.core.rendered import Writes
from acclimate.core.rows import ROW_ID, Rows
from acclimate.core.tasks import Task
from acclimate.evaluate.rows import EvalText
from acclimate.pipeline.prepare import of_role

_WHERE = "evaluate"


def as_read(texts: Sequence[EvalText], rows: Rows, role: str, objective: Any, tokenizer: Any) -> list[EvalText]:
    """Give texts of a role with what a model reads in their place, if the objective learns to answer; else as they are.

    Takes: `rows`, which they were made of; `tokenizer`, the adapted model's: all models are asked in the same words.
    Raises: UserError for a conversation that the template does not take.
    """
    if not isinstance(objective, Writes) or not isinstance(objective, Task):
        return list(texts)
    objective.with_template(tokenizer, _WHERE)
    write = objective.writer(tokenizer, _WHERE, answers=True)
    part = of_role(rows, role).select([ROW_ID, *objective.columns])
    by_row = {row[ROW_ID]: row for row in part.to_pylist()}
    return [replace(text, written=write(text.row_id, by_row[text.row_id])) for text in texts]
