"""`compare_with_base`: the task trained from base, adapted model and control, each from several seeds.

An adaptation is a phase without labels (mlm, clm) before every task. All phases from the first task on are the task: every
start is trained through each of them, so that only the adaptation tells the starts apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from acclimate.compat.processes import main_first
from acclimate.core.errors import Fault, UserError
from acclimate.core.events import Event, Tell
from acclimate.core.ledger import Ledger
from acclimate.core.rows import Rows
from acclimate.core.tasks import Task
from acclimate.evaluate.section import CompareWithBase, Evaluate
from acclimate.model.section import Model
from acclimate.pipeline.control import control_source, general_rows
from acclimate.pipeline.recipe import Phase, Recipe
from acclimate.pipeline.tasks import has_answers
from acclimate.pipeline.train import Trained, trained
from acclimate.pipeline.workplace import Workplace

FOLDER = "compare_with_base"
_WHERE = f"evaluate.{FOLDER}"


@dataclass(frozen=True)
class SeedRun:
    """One training of the task: from which start (`before`: the base, `after`, `control`), with which seed."""

    when: str
    seed: int
    trained: Trained


def _asked(measured: Evaluate) -> CompareWithBase | None:
    return measured.compare_with_base


def adaptations(recipe: Recipe) -> int:
    """Give how many phases are adaptations: those before the first task."""
    return next((n for n, phase in enumerate(recipe.phases) if isinstance(phase.objective, Task)), len(recipe.phases))


def need_comparable(recipe: Recipe) -> None:
    """Raise UserError, before anything is trained, where there is no task behind an adaptation to compare.

    Also for a control of the task itself: general text has no labels, and a control that nothing reads proves nothing.
    """
    last = recipe.phases[-1].objective
    asked: CompareWithBase | None = _asked(recipe.measured_by)
    if recipe.measured_by.control is not None and isinstance(last, Task):
        found = "the last phase is a task, and general text has no labels to train it on"
        do = f"adapt in a phase before the task, and write {_WHERE}: {{control: general}} instead"
        raise UserError(Fault("evaluate.control", found, "a last phase that is an adaptation (mlm, clm)", do))
    if recipe.measured_by.control is not None:
        control_source(recipe, recipe.phases[-1])
    if asked is None:
        return
    if not has_answers(last):
        do = "leave it out: such a phase is compared with its base as it is"
        raise UserError(Fault(_WHERE, "the last phase is no task with a head of its own", "classify, tag, extract", do))
    adapting = adaptations(recipe)
    if not adapting:
        found = f"no adaptation: phase {recipe.phases[0].name!r} is a task already, and starts from the base as it is"
        do = "write the adaptation as the first phase, or leave it out"
        raise UserError(Fault(_WHERE, found, "a phase without labels (mlm, clm) before every task", do))
    if asked.control is not None and adapting > 1:
        found = f"{adapting} adaptations before the task"
        raise UserError(
            Fault(f"{_WHERE}.control", found, "one, which the control is trained alike", "leave control out")
        )
    if asked.control is not None:
        control_source(recipe, recipe.phases[0])


def general_text(recipe: Recipe, rows: Sequence[Rows], tell: Tell) -> Rows | None:
    """Give the text that the control is adapted to, before anything is trained; None where none is asked for."""
    asked: CompareWithBase | None = _asked(recipe.measured_by)
    if asked is None or asked.control is None:
        return None
    return general_rows(recipe, recipe.phases[0], rows[0], tell)


def seed_runs(
    workplace: Workplace, done: Sequence[Trained], rows: Sequence[Rows], general: Rows | None, tell: Tell
) -> list[SeedRun]:
    """Train the task's phases from every start with every seed, or find them trained, each chain in a folder of its own.

    Takes: the run's own phases, whose last is the first seed of the adapted model; `rows` of every phase; `general`, what
    the control is adapted to. Raises: UserError, Interrupted.
    """
    recipe = workplace.recipe
    asked: CompareWithBase | None = _asked(recipe.measured_by)
    if asked is None:
        return []
    place, first = adaptations(recipe), recipe.phases[-1].train.seed
    runs = [SeedRun("after", first, done[-1])]
    for when, start in _starts(workplace, done, general, tell):
        for number in range(when == "after", asked.seeds):
            tell(Event("stage", f"{FOLDER}: {recipe.phases[-1].name} from {_NAMES[when]}, seed {first + number}"))
            phases = [_seeded(phase, number) for phase in recipe.phases[place:]]
            made = _alone(workplace, phases, start, rows[place:], f"{_NAMES[when]}-{first + number}", number, tell)
            runs.append(SeedRun(when, first + number, made))
    return runs


_NAMES = {"before": "base", "after": "adapted", "control": "control"}


def _starts(
    workplace: Workplace, done: Sequence[Trained], general: Rows | None, tell: Tell
) -> Iterator[tuple[str, Model]]:
    """Give what the task starts from, by whose score it is."""
    base = workplace.recipe.model
    yield "before", base
    yield "after", done[adaptations(workplace.recipe) - 1].model(base)
    if general is not None:
        tell(Event("stage", f"{FOLDER}: adapting to general text"))
        control = _alone(workplace, workplace.recipe.phases[:1], base, [general], "control", 0, tell)
        yield "control", control.model(base)


def _seeded(phase: Phase, number: int) -> Phase:
    train = phase.train.model_copy(update={"seed": phase.train.seed + number})
    return phase.model_copy(update={"train": train})


def _alone(
    workplace: Workplace,
    phases: Sequence[Phase],
    start: Model,
    rows: Sequence[Rows],
    name: str,
    number: int,
    tell: Tell,
) -> Trained:
    """Train phases as a run of their own, and give the last; a fresh head is drawn from the run's seed plus `number`."""
    recipe = workplace.recipe
    changes = {"output_dir": str(workplace.root / FOLDER / name), "phases": tuple(phases), "model": start,
               "seed": recipe.seed + number}  # fmt: skip
    with main_first():
        own = Workplace(recipe.model_copy(update=changes), workplace.command)
    for phase, of_phase in zip(phases, rows, strict=True):
        made = trained(own, phase, start, of_phase, Ledger(), tell)
        start = made.model(recipe.model)
    return made
