"""What objectives that learn from labelled rows need of the pipeline: their columns, and what training rows decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from acclimate.core.ledger import Ledger
from acclimate.core.rows import Rows, about, with_about
from acclimate.core.tasks import Task
from acclimate.pipeline.recipe import Phase, Recipe

_SAID = "read_as"


def give_text(rows: Rows, phase: Phase, where: str) -> Rows:
    """Give rows with a text before the first step, where a task's rows can be read but have none (questions, messages).

    Labels of whole texts are read after the steps, which may take rows without one out.
    """
    task: Any = phase.objective
    if not isinstance(task, Task) or "text" in rows.column_names or not task.fits(rows):
        return rows
    if phase.objective.head == "classify":
        return task.asked(rows, f"{where}.objective")
    return task.shape(rows, f"{where}.objective")[0]


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
