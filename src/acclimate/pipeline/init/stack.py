"""Several tables of events as one, a row an event, with what describes the group beside each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from acclimate.pipeline.init.fields import DAY, KIND, ROLES, Field, as_text
from acclimate.pipeline.init.keys import Group, singular
from acclimate.pipeline.init.query import listed, literal, quoted, wrapped
from acclimate.pipeline.init.tables import Table
from acclimate.pipeline.init.times import Clock, day


@dataclass(frozen=True)
class Stacked:
    """A table of events, the column that orders it, and its fields."""

    table: Table
    clock: Clock | None
    fields: Sequence[Field]


def columns_of_stack(parts: Sequence[Stacked]) -> list[str]:
    """Give the columns of an event beside its group: day, kind (of which table), then what the tables tell."""
    told = list(dict.fromkeys(field.alias for part in parts for field in part.fields))
    if len(parts) > 1:
        told.sort(key=list(ROLES).index)
    timed = any(part.clock for part in parts)
    return [*([DAY] if timed else []), *([KIND] if len(parts) > 1 else []), *told]


def stack(group: Group, parts: Sequence[Stacked], header: Sequence[Field]) -> list[str]:
    """Give the query, line by line. Rows that name no group are left out; a group that the parent lacks stays."""
    names = columns_of_stack(parts)
    lines = ["WITH events AS ("]
    for number, part in enumerate(parts):
        lines += _part(group, part, names, first=number == 0)
    lines[-1] += ")"
    chosen = [f"events.{quoted(group.alias)}", *listed([(one.alias, one.expression) for one in header])]
    lines += wrapped([*chosen, *(f"events.{quoted(name)}" for name in names)], "SELECT ", "       ")
    lines.append("FROM events")
    if header and group.parent is not None:
        key = as_text(group.parent, group.key, group.parent.name)
        lines[-1] += f" LEFT JOIN {group.parent.name} ON events.{quoted(group.alias)} = {key}"
    return [*lines, "ORDER BY ALL"]


def _part(group: Group, part: Stacked, names: Sequence[str], *, first: bool) -> list[str]:
    table, member = part.table, group.members[part.table.name]
    said = {field.alias: field.expression for field in part.fields}
    said |= {DAY: day(part.clock)} if part.clock else {}
    said |= {KIND: literal(singular(table.name).replace("_", " "))} if KIND in names else {}
    columns = [(group.alias, as_text(table, member)), *((name, said.get(name, "NULL")) for name in names)]
    written = listed(columns) if first else [expression for _, expression in columns]
    lines = wrapped(written, "  SELECT " if first else "  UNION ALL SELECT ", "    ")
    where = f" WHERE {quoted(member)} IS NOT NULL" if table.column(member).filled < table.rows.num_rows else ""
    return [*lines[:-1], f"{lines[-1]} FROM {table.name}{where}"]
