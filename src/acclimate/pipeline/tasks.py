"""What objectives that learn from labelled rows need of the pipeline: their columns, and what training rows decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from acclimate.core.ledger import Ledger
from acclimate.core.rows import ROW_ID, Rows, about, replace_column, with_about
from acclimate.core.tasks import Task
from acclimate.pipeline.recipe import Phase, Recipe

_SAID = "read_as"


def give_text(rows: Rows, phase: Phase) -> tuple[Rows, Mapping[str, str]]:
    """Give rows with a text before the first step, where a task can tell it, and the columns that are copies of others."""
    task: Any = phase.objective
    return task.given(rows) if isinstance(task, Task) else (rows, {})


def keep_copies(before: Rows, after: Rows, copies: Mapping[str, str]) -> Rows:
    """Give a step's rows with each copy as its column is: what a step writes into one of the two stands in both.

    Where it writes into both, the column that the data have is right.
    """
    for name, source in copies.items():
        if not {name, source} <= {*after.column_names} or after.column(name).equals(after.column(source)):
            continue
        old = dict(zip(before.column(ROW_ID).to_pylist(), before.column(source).to_pylist(), strict=True))
        cells = zip(*(after.column(one).to_pylist() for one in (ROW_ID, source, name)), strict=True)
        made = [one if one != old.get(row) else other for row, one, other in cells]
        array = pa.array(made, after.schema.field(source).type)
        after = replace_column(replace_column(after, source, array), name, array)
    return after


def shape(rows: Rows, phase: Phase, where: str, ledger: Ledger, max_dropped: float) -> Rows:
    """Give prepared rows with the columns that the task reads, and keep how they were read; other objectives' as they are."""
    task: Any = phase.objective
    if not isinstance(task, Task):
        return rows
    shaped, counts, said = task.shape(rows, f"{where}.objective")
    ledger.add(phase.name, "objective", "rows", counts, max_dropped=max_dropped)
    return with_about(shaped, {_SAID: said})


def settle(recipe: Recipe, made: Sequence[Rows]) -> Recipe:
    """Give the recipe with all that training rows decide: label sets. Raises: UserError for labels that can't be learnt."""
    phases = [
        _settled(phase, rows, number) for number, (phase, rows) in enumerate(zip(recipe.phases, made, strict=True))
    ]
    settled = recipe.model_copy(update={"phases": tuple(phases)})
    before, after = recipe.phases[-1].objective.primary, phases[-1].objective.primary
    return settled.measured_alike(after) if recipe.measured_by.primary == before else settled


def _settled(phase: Phase, rows: Rows, number: int) -> Phase:
    task: Any = phase.objective
    if not isinstance(task, Task):
        return phase
    return phase.model_copy(update={"objective": task.settled(rows, f"phases.{number}.objective")})


def has_answers(objective: Any) -> bool:
    """Say whether a task is measured by what its head answers (a language model's by the bits of its texts)."""
    return isinstance(objective, Task) and objective.label_set is not None


def how_read(rows: Rows) -> str:
    """Say how a task's rows were read (empty: they are no task's)."""
    return str(about(rows).get(_SAID, ""))
