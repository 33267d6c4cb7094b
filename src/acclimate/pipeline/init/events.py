"""Tables of events: one history a group, what describes the group in front."""

from __future__ import annotations

import re
from collections.abc import Sequence

from acclimate.core.rows import ROW_ID
from acclimate.pipeline.init.fields import (
    DAY,
    Field,
    constant,
    decade,
    event_fields,
    is_told,
    parent_fields,
    plain_fields,
    role_fields,
    unused,
    without_group,
)
from acclimate.pipeline.init.keys import Group, singular, values_of
from acclimate.pipeline.init.layout import Layout, Tags, identifying, sources_of
from acclimate.pipeline.init.query import key_of, listed, quoted, wrapped
from acclimate.pipeline.init.stack import Stacked, columns_of_stack, stack
from acclimate.pipeline.init.tables import Table
from acclimate.pipeline.init.times import Clock, clock_of, moment

_MOST_COLUMNS, _MOST_BYTES = 25, 1_000_000_000


def event_tables(group: Group, tables: Sequence[Table]) -> tuple[list[Table], list[str]]:
    """Give the tables of events of a group, and why the others are not, in sentences."""
    kept, left = [], []
    for table in tables:
        if table is group.parent:
            continue
        why = _unfit(table, group)
        if why:
            left.append(f"{table.name}: left out, {why}")
        else:
            kept.append(table)
    return kept, left


def _unfit(table: Table, group: Group) -> str:
    if table.name not in group.members:
        return f"no column says to which {group.alias} a row belongs"
    if len(table.columns) > _MOST_COLUMNS:
        return f"{len(table.columns)} columns are too many to guess from (at most {_MOST_COLUMNS})"
    if table.size > _MOST_BYTES:
        return f"{table.size / 1e9:.1f} GB are joined in memory (at most {_MOST_BYTES / 1e9:.0f} GB)"
    told = [one for one in table.columns if one.name != group.members[table.name]]
    return "" if any(is_told(one) and one.has_words for one in told) else "it holds no words that change"


def event_layout(group: Group, tables: Sequence[Table], others: Sequence[str]) -> Layout:
    """Give the layout for events.

    Takes: `tables`, those of `event_tables`; `others`, what is said of the rest. Tables without a time are left out
    unless none has one.
    """
    clocks = {table.name: clock_of(table) for table in tables}
    timed = [table for table in tables if clocks[table.name] is not None]
    said = [f"{one.name}: left out, it has no column of times" for one in tables if timed and one not in timed]
    used = timed or list(tables)
    header = parent_fields(group, used)
    if len(used) == 1 and not header:
        layout = _single(group, used[0], clocks[used[0].name])
    else:
        layout = _several(group, used, clocks, header)
    parents = [group.parent] if group.parent is not None else []
    if parents and not header:
        said.append(f"{parents[0].name}: left out, nothing in it describes a {group.alias} that is not told already")
    said += without_group(group, used)
    read = [*used, *(parents if header else [])]
    return Layout(
        sources_of(read), layout.query, layout.tags, layout.group, layout.groups,
        identifying(read), (*others, *said, *layout.unused), layout.said,
    )  # fmt: skip


def record_layout(table: Table) -> Layout:
    """Give the layout for a table without groups: each row is a text of its own."""
    fields = plain_fields(one for one in table.columns if is_told(one) or (one.kind == "time" and not one.form))
    query = _select(fields, []) if any(one.alias != one.column for one in fields) else []
    tags = Tags(None, None, "record", tuple(one.alias for one in fields), ())
    ids = tuple(map(str, table.rows.column(ROW_ID).to_pylist()))
    said = ("no column repeats that could group rows: each row is a record of its own (or name one with --group)",)
    left = unused(table, [one.column for one in fields])
    return Layout(sources_of([table]), tuple(query), tags, None, ids, identifying([table]), left, said)


def _single(group: Group, table: Table, clock: Clock | None) -> Layout:
    """One table: what is constant in a group goes in front, the rest into the events."""
    member = group.members[table.name]
    group_field, *fields = plain_fields(
        [table.column(member), *(one for one in table.columns if is_told(one) and one.name != member)]
    )
    steady = constant(table, member, [one.column for one in fields])
    header = [one for one in fields if one.column in steady]
    header += [Field("born", decade(table, one), one.name) for one in table.columns if one.kind == "birth"][:1]
    event = [one for one in fields if one.column not in steady]
    time = [Field(key_of(clock.column), moment(clock), clock.column)] if clock else []
    used = [group_field, *header, *time, *event]
    gaps = [f"WHERE {quoted(member)} IS NOT NULL"] if table.column(member).filled < table.rows.num_rows else []
    query = _select(used, gaps) if gaps or any(one.expression != quoted(one.alias) for one in used) else []
    tags = _tags(group, group_field.alias, time, header, event)
    no_time = f"{table.name}: no column of times; events stand in the order of the rows"
    said = clock.notes if clock else (no_time,)
    left = unused(table, [one.column for one in used])
    return Layout({}, tuple(query), tags, tags.group_by, tuple(sorted(values_of(table, member))), {}, left, said)


def _several(group: Group, tables: Sequence[Table], clocks: dict[str, Clock | None], header: Sequence[Field]) -> Layout:
    """Stack the tables and put what describes the group beside each event."""
    alone = len(tables) == 1
    parts = [
        Stacked(table, clocks[table.name], event_fields(group, table) if alone else role_fields(table))
        for table in tables
    ]
    steady = set()
    if alone:
        fields = parts[0].fields
        same = constant(tables[0], group.members[tables[0].name], [one.column for one in fields])
        steady = {one.alias for one in fields if one.column in same}
    told = [Field(name, "", "") for name in columns_of_stack(parts)]
    front = [*header, *(one for one in told if one.alias in steady)]
    event = [one for one in told if one.alias not in steady and one.alias != DAY]
    tags = _tags(group, group.alias, [one for one in told if one.alias == DAY], front, event)
    left: list[str] = []
    for part in parts:
        used = [*(one.column for one in part.fields), group.members[part.table.name]]
        left += unused(part.table, [*used, *([part.clock.column] if part.clock else [])])
    if group.parent is not None and header:
        left += unused(group.parent, [*(one.column for one in header), group.key])
    groups = sorted(set().union(*(values_of(table, group.members[table.name]) for table in tables)))
    notes = [note for part in parts if part.clock is not None for note in part.clock.notes]
    return Layout(
        {}, tuple(stack(group, parts, header)), tags, group.alias, tuple(groups), {}, tuple(left), tuple(notes)
    )


def _tags(group: Group, alias: str, time: Sequence[Field], header: Sequence[Field], event: Sequence[Field]) -> Tags:
    tag = re.sub(r"[^A-Za-z0-9_]|_id$", "", singular(group.alias), flags=re.IGNORECASE).lower()
    tag = tag if re.match(r"[a-z_]", tag) else "subject"
    fields = tuple(one.alias for one in (*time, *event))
    return Tags(alias, time[0].alias if time else None, tag, tuple(one.alias for one in header), fields)


def _select(fields: Sequence[Field], where: Sequence[str]) -> list[str]:
    columns = [(ROW_ID, ROW_ID), *((one.alias, one.expression) for one in fields)]
    return [*wrapped(listed(columns), "SELECT ", "       "), "FROM rows", *where]
