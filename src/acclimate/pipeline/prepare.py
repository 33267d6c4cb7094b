"""Sources and preparation: a phase's specs -> one table of rows, each with its role and group."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute

import acclimate
from acclimate.core.artifact import fingerprint, folder, is_complete, read_json, write_json
from acclimate.core.errors import Fault, UserError
from acclimate.core.events import Event, Tell, note
from acclimate.core.ledger import Ledger
from acclimate.core.protocols import Join, Reads, WritesFiles
from acclimate.core.registry import name_of
from acclimate.core.rows import (
    GROUP,
    ROLE,
    ROLES,
    ROW_ID,
    Rows,
    about,
    need_columns,
    need_text,
    replace_column,
    with_about,
)
from acclimate.core.tasks import Task
from acclimate.pipeline.from_phase import Others, inputs_of, order_of, read_source
from acclimate.pipeline.recipe import Phase, Recipe
from acclimate.pipeline.tasks import give_text, keep_copies, shape
from acclimate.pipeline.workplace import Workplace
from acclimate.prepare.replay import without_replayed
from acclimate.sources.phase import one_below_another

Seen = Callable[[str, Rows], None]
_ROWS, _LEDGER = "rows.arrow", "ledger.json"


def every_prepared(workplace: Workplace, ledger: Ledger, tell: Tell) -> list[tuple[Rows, str]]:
    """Give each phase's rows, from the run folder if they are there already, and the fingerprint of what they came from."""
    phases = workplace.recipe.phases
    found: dict[str, tuple[Rows, str]] = {}
    for number in order_of(workplace.recipe):
        found[phases[number].name] = _prepared(workplace, number, ledger, tell, found)
    names = [phase.name for phase in phases]
    ledger.entries.sort(key=lambda entry: names.index(entry["phase"]))
    return [found[name] for name in names]


def _prepared(workplace: Workplace, number: int, ledger: Ledger, tell: Tell, others: Others) -> tuple[Rows, str]:
    phase, where = workplace.recipe.phases[number], f"phases.{number}"
    inputs: dict[str, Mapping[str, str]] = {
        f"{role}.{name}": inputs_of(source, f"{where}.sources.{role}", others)
        for role, tables in phase.sources.by_role().items()
        for name, source in tables.items()
    }
    inputs |= {
        f"prepare.{number}": step.inputs(f"{where}.prepare.{number}")
        for number, step in enumerate(phase.prepare)
        if isinstance(step, Reads)
    }
    sources = fingerprint("sources", phase.sources.model_dump(mode="json"), inputs, acclimate.__version__)
    recipe = workplace.recipe
    dump = phase.model_dump(mode="json")
    task = dump["objective"] if isinstance(phase.objective, Task) else None
    made_from = fingerprint(sources, dump["prepare"], recipe.seed, recipe.max_dropped, *([task] if task else []))
    place = workplace.stage("prepare", phase.name)
    if is_complete(place, made_from):
        ledger.entries += read_json(place / _LEDGER)
        return _finished(_read(place / _ROWS), phase, where), made_from
    tell(Event("stage", f"{phase.name}: reading and preparing rows"))
    own = Ledger()
    files: dict[str, Iterator[bytes]] = {}
    rows = make_rows(recipe, phase, number, own, files=files, others=others)
    with folder(workplace.stage("sources", phase.name), made_from=sources, about={"inputs": inputs}):
        pass
    with folder(place, made_from=made_from) as new:
        with pa.OSFile(str(new / _ROWS), "wb") as sink, pa.ipc.new_file(sink, rows.schema) as writer:
            writer.write_table(rows)
        write_json(new / _LEDGER, own.entries)
        for name, parts in files.items():
            with (new / name).open("wb") as file:
                file.writelines(parts)
    for name in files:
        note(tell, f"{phase.name}: {place / name} is written")
    ledger.entries += own.entries
    return _read(place / _ROWS), made_from


def make_every(recipe: Recipe, ledger: Ledger, seen: Sequence[Seen | None] = ()) -> list[Rows]:
    """Make each phase's rows and write nothing. Takes: `seen`, for each phase who is told of its sources."""
    found: dict[str, tuple[Rows, str]] = {}
    for number in order_of(recipe):
        phase = recipe.phases[number]
        told = seen[number] if seen else None
        found[phase.name] = make_rows(recipe, phase, number, ledger, told, others=found), ""
    return [found[phase.name][0] for phase in recipe.phases]


def make_rows(
    recipe: Recipe,
    phase: Phase,
    number: int,
    ledger: Ledger,
    seen: Seen | None = None,
    files: dict[str, Iterator[bytes]] | None = None,
    others: Others = MappingProxyType({}),
) -> Rows:
    """Read a phase's sources, apply its steps, and see that every row has a text, a role and a group.

    Takes: `seen`, told of every source (`train`, `train: patients`) as it was read; `files`, filled with the content
    of what steps leave beside the rows; `others`, the rows of phases that this one reads.
    """
    where = f"phases.{number}"
    parts = []
    steps: list[tuple[int, Any]] = list(enumerate(phase.prepare))
    join = steps.pop(0)[1] if steps and isinstance(steps[0][1], Join) else None
    for role, sources in phase.sources.by_role().items():
        tables = {}
        for name, source in sources.items():
            tables[name], counts = read_source(source, f"{where}.sources.{role}", others)
            called = role if name == "rows" else f"{role}: {name}"
            ledger.add(phase.name, "sources", called, counts, max_dropped=recipe.max_dropped)
            if seen is not None:
                seen(called, tables[name])
        if join is not None:
            rows, counts = join.join(tables, f"{where}.prepare.0")
            ledger.add(phase.name, name_of("prepare", join), role, counts, max_dropped=recipe.max_dropped)
        elif len(tables) > 1:
            rows, counts = one_below_another(tables, f"{where}.sources.{role}")
            ledger.add(phase.name, "sources", f"{role}, together", counts)
        else:
            rows = next(iter(tables.values()))
        parts.append(_of_source(rows, role))
    rows, copies = give_text(_together(parts, f"{where}.sources"), phase)
    for place, step in steps:
        made, counts = step.apply(rows, f"{where}.prepare.{place}", recipe.seed)
        rows = keep_copies(rows, made, copies)
        ledger.add(phase.name, name_of("prepare", step), "all", counts, max_dropped=recipe.max_dropped)
        if files is not None and isinstance(step, WritesFiles):
            _add(files, step.files(rows), f"{where}.prepare.{place}")
    return _finished(shape(rows, phase, where, ledger, recipe.max_dropped), phase, where)


def _add(files: dict[str, Iterator[bytes]], more: Mapping[str, Iterator[bytes]], where: str) -> None:
    twice = [name for name in more if name in files or name in (_ROWS, _LEDGER)]
    if twice:
        raise UserError(Fault(where, f"{', '.join(twice)} is written already", "another name", "rename it"))
    files.update(more)


def _of_source(rows: Rows, role: str) -> Rows:
    """Write down the role; ids of validation and test sources name it, as their files may be called like training's."""
    if role != "train":
        ids = [f"{role}/{name}" for name in rows.column(ROW_ID).to_pylist()]
        rows = replace_column(rows, ROW_ID, pa.array(ids, pa.string()))
    return replace_column(rows, ROLE, pa.array([role] * rows.num_rows, pa.string()))


def _together(parts: list[Rows], where: str) -> Rows:
    try:
        return pa.concat_tables(parts, promote_options="default")
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise UserError(
            Fault(where, f"the roles' columns differ in type: {error}", "the same columns", "cast them alike")
        ) from None


def _finished(rows: Rows, phase: Phase, where: str) -> Rows:
    need_columns(rows, ["text"], f"{where}: after prepare")
    need_text(rows, ["text"], f"{where}: after prepare")
    if rows.num_rows and rows.column("text").null_count == rows.num_rows:
        found = f"column 'text' has no value in any of {rows.num_rows} rows"
        raise UserError(
            Fault(f"{where}: after prepare", found, "text to learn from", "look at the source, or at prepare")
        )
    _need_texts(rows, where)
    if GROUP not in rows.column_names:
        rows = replace_column(rows, GROUP, rows.column(ROW_ID).cast(pa.string()))
        rows = with_about(rows, {"group_by": about(rows).get("group_by")})
    counts = role_counts(rows)
    if not counts["train"]:
        raise UserError(
            Fault(where, f"no rows to train on ({counts})", "at least one", "look at the ledger: acclimate check")
        )
    if not counts["validation"] and phase.train.evaluates != "no":
        asked = "eval_strategy, eval_steps, early_stopping_patience or load_best_model_at_end"
        raise UserError(
            Fault(f"{where}.train", f"there are no validation rows, but {asked} needs some", "a split or a validation source",
                  "add prepare: split, or sources.validation")
        )  # fmt: skip
    return rows


def _need_texts(rows: Rows, where: str) -> None:
    """Raise UserError for test rows without a text (encoding looks at the others)."""
    test = of_role(rows, "test")
    empty = test.filter(pa.compute.is_null(test.column("text")))
    if empty.num_rows:
        found = f"{empty.num_rows} test rows have no text, the first is {empty.column(ROW_ID)[0]}"
        raise UserError(
            Fault(f"{where}: after prepare", found, "a text in every row", "add prepare: clean, or mend them")
        )


def role_counts(rows: Rows) -> dict[str, int]:
    """Give the number of rows of each role."""
    found: list[Any] = rows.column(ROLE).to_pylist()
    return {role: found.count(role) for role in ROLES}


def of_role(rows: Rows, role: str) -> Rows:
    """Give the rows of one role."""
    return rows.filter(pa.compute.equal(rows.column(ROLE), role))


def of_domain(rows: Rows, role: str) -> Rows:
    """Give the rows of one role without those that `replay` added."""
    return without_replayed(of_role(rows, role))


def rows_in(place: Path) -> Rows:
    """Give the rows that a finished stage folder holds."""
    return _read(place / _ROWS)


def _read(path: Path) -> Rows:
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()
