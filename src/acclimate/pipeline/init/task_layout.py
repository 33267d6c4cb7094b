"""The layout of a table that a task reads: what is done with its rows, and whether they can be learnt from."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from acclimate.core.errors import UserError
from acclimate.core.registry import resolve
from acclimate.core.rows import ROW_ID, Rows
from acclimate.pipeline.init.keys import Group, groups_in, values_of
from acclimate.pipeline.init.layout import Layout, Read, identifying, sources_of
from acclimate.pipeline.init.tables import Table
from acclimate.pipeline.init.tasks import read_by
from acclimate.prepare.columns import texts


def task_layout(task: str, tables: Sequence[Table], asked: Group | None, label: str | None) -> Layout:
    """Give the layout of the first table that a task can read. Raises: UserError if none can be, or for a wrong label."""
    table, read = read_by(task, tables, label)
    group = _group(table, asked) or read.together
    groups = values_of(table, group) if group else set(map(str, table.rows.column(ROW_ID).to_pylist()))
    who = {name: why for name, why in identifying([table]).items() if name not in read.columns}
    beside = [one.name for one in table.columns if one.name not in (*read.columns, group, *who)]
    unused = [f"{one.name}: left out, {table.name} is read" for one in tables if one is not table]
    unused += [f"{table.name}: not read: {', '.join(beside)}"] if beside else []
    said = (f"{table.name}: {read.said}", *_refused(task, table.rows, read))
    return Layout(sources_of([table]), (), None, group, tuple(sorted(groups)), who, tuple(unused), said, read)


def _group(table: Table, asked: Group | None) -> str | None:
    """Give the column of people, or the one that was asked for."""
    found = asked or next((one for one in groups_in([table]) if one.rank == 0), None)
    return None if found is None else found.members.get(table.name)


def _refused(task: str, rows: Rows, read: Read) -> list[str]:
    """Say what is wrong with rows that have all that is required of them."""
    there = [all(row) for row in zip(*(_filled(rows, name) for name in read.required), strict=True)]
    options = {key: resolve("form", value)() if key == "form" else value for key, value in read.options.items()}
    objective = resolve("objective", task)(**options)
    try:
        objective.shape(rows.filter(pa.array(there, pa.bool_())) if there else rows, "DATA")
    except UserError as error:
        return [f"a run will refuse rows as they are: {fault.found} ({fault.do})" for fault in error.faults]
    return []


def _filled(rows: Rows, name: str) -> list[bool]:
    return [value is not None for value in texts(rows, name, "DATA")]
