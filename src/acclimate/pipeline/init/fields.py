"""Which columns of a table are told, what they are called in the joined table, and the SQL that gives them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from acclimate.core.identifiers.columns import words_of
from acclimate.pipeline.init.columns import Column
from acclimate.pipeline.init.keys import Group, singular
from acclimate.pipeline.init.query import key_of, literal, quoted
from acclimate.pipeline.init.tables import Table
from acclimate.prepare.columns import codes

DAY, KIND = "day", "kind"
ROLES: dict[str, re.Pattern[str]] = {
    "code": re.compile(r"_codes?_|编码|代码"),
    "description": re.compile(
        r"_(description|desc|name|text|label|title|item|drug|test|procedure|diagnosis|event|type)_|名称|描述|诊断"
    ),
    "value": re.compile(r"_(value|result|amount|quantity|dose|reading)_|数值|结果|金额|数量"),
    "units": re.compile(r"_units?_|单位"),
}
_MOST_HEADER, _MOST_VALUES, _MOST_DIGITS = 8, 60, 4


@dataclass(frozen=True)
class Field:
    """A column of the joined table: what it is called there, the SQL that gives it, and the column it comes from."""

    alias: str
    expression: str
    column: str


def is_told(column: Column) -> bool:
    """Say whether a column may stand in an event."""
    return column.kind in ("code", "words", "text", "number")


def plain_fields(columns: Iterable[Column]) -> list[Field]:
    """Give columns under their own names, mended where `tagged` can't write them."""
    fields: list[Field] = []
    for column in columns:
        alias = _free(key_of(column.name), {one.alias for one in fields})
        fields.append(Field(alias, quoted(column.name), column.name))
    return fields


def event_fields(group: Group, table: Table) -> list[Field]:
    """Give all that a single table of events tells."""
    fields: list[Field] = []
    for column in table.columns:
        if is_told(column) and column.name != group.members[table.name]:
            taken = {group.alias, DAY, KIND, *(one.alias for one in fields)}
            fields.append(Field(_free(key_of(column.name).lower(), taken), as_text(table, column.name), column.name))
    return fields


def role_fields(table: Table) -> list[Field]:
    """Give code, description, value and units of one of several tables, as far as it has them."""
    fields: list[Field] = []
    free = [one for one in table.columns if is_told(one)]
    for role, pattern in ROLES.items():
        fitting = [one for one in free if pattern.search(words_of(one.name))]
        exact = [one for one in fitting if words_of(one.name) == f"_{role}_"]
        if role == "description" and not fitting:
            fitting = sorted((one for one in free if one.has_words), key=lambda one: -one.distinct)
        for column in (exact or fitting)[:1]:
            fields.append(Field(role, as_text(table, column.name), column.name))
            free.remove(column)
    return fields


def parent_fields(group: Group, used: Sequence[Table]) -> list[Field]:
    """Give what the parent table says of a group, without what a single table of events says already."""
    if group.parent is None:
        return []
    there = {words_of(column.name) for column in used[0].columns} if len(used) == 1 else set()
    fields: list[Field] = []
    for column in group.parent.columns:
        if words_of(column.name) in there or column.name == group.key:
            continue
        taken = {group.alias, DAY, KIND, *ROLES, *(one.alias for one in fields)}
        alias = key_of(column.name).lower()
        alias = _free(f"{singular(group.parent.name)}_{alias}" if alias in taken else alias, taken)
        if column.kind == "birth":
            fields.append(Field(_free("born", taken), decade(group.parent, column, group.parent.name), column.name))
        elif _describes(column):
            fields.append(Field(alias, f"{group.parent.name}.{quoted(column.name)}", column.name))
    return fields[:_MOST_HEADER]


def _describes(column: Column) -> bool:
    """Say whether a column puts groups side by side (sex, age), and is not another in each (an amount of money)."""
    short = column.kind in ("code", "words") or (column.kind == "number" and column.length <= _MOST_DIGITS)
    return short and 2 <= column.distinct <= _MOST_VALUES


def _free(name: str, taken: set[str]) -> str:
    return next(one for one in (name, *(f"{name}_{number}" for number in range(2, len(taken) + 3))) if one not in taken)


def constant(table: Table, member: str, names: Iterable[str]) -> set[str]:
    """Give the columns that have one value in each group that has any; none where no group has two rows."""
    rows = table.rows.filter(table.rows.column(member).is_valid())
    if len(np.unique(codes(rows, [member]))) == rows.num_rows:
        return set()
    found = set()
    for name in names:
        both = rows.select([member, name]).drop_null()
        if len(np.unique(codes(both, [member, name]))) == len(np.unique(codes(both, [member]))):
            found.add(name)
    return found


def unused(table: Table, told: Iterable[str]) -> tuple[str, ...]:
    """Say which columns are not used, though they identify nobody."""
    told = set(told)
    left = [
        one.name for one in table.columns if one.name not in told and one.kind not in ("identifier", "empty", "birth")
    ]
    return (f"{table.name}: not used: {', '.join(left)}",) if left else ()


def without_group(group: Group, tables: Iterable[Table]) -> list[str]:
    """Say how many rows name no group; queries leave them out."""
    gaps = {one.name: one.rows.num_rows - one.column(group.members[one.name]).filled for one in tables}
    return [f"{name}: {number:,} rows have no {group.alias}" for name, number in gaps.items() if number]


def decade(table: Table, column: Column, prefix: str = "") -> str:
    """Give the SQL for the decade of a date of birth: a date alone may say who somebody is."""
    name = f"{prefix}.{quoted(column.name)}" if prefix else quoted(column.name)
    read = f"strftime(strptime({name}, {literal(column.form)}), '%Y')"
    return f"substr({read if column.form else as_text(table, column.name, prefix)}, 1, 3) || '0s'"


def as_text(table: Table, name: str, prefix: str = "") -> str:
    """Give the SQL for a column as text."""
    said = f"{prefix}.{quoted(name)}" if prefix else quoted(name)
    return said if str(table.rows.schema.field(name).type) == "string" else f"CAST({said} AS VARCHAR)"
