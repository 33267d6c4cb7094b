"""What a recipe does with the data, before it is written down."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from acclimate.pipeline.init.tables import Table

_MOST_NAMED = 3


@dataclass(frozen=True)
class Tags:
    """What `tagged` is told: header fields in one tag, event fields in one tag an event."""

    group_by: str | None
    order_by: str | None
    header_tag: str
    header: tuple[str, ...]
    event: tuple[str, ...]


@dataclass(frozen=True)
class Read:
    """What a task reads of a table.

    `options` are the objective's where names alone do not tell; `required` columns need a value in each row; in `copies`
    two rows are equal (none: only whole texts are looked at; None: copies are not looked for); equal values of `together`
    stay in one role.
    """

    columns: tuple[str, ...]
    said: str
    options: dict[str, Any] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    copies: tuple[str, ...] | None = ()
    together: str | None = None


@dataclass(frozen=True)
class Layout:
    """Sources by role, the query that makes one table of them (lines; none: no step), tags or plain text, the groups.

    `group` is the column that `split` keeps together (None: the row), `groups` its values. `identifying` are columns left
    out since they may say who somebody is, with the reason; `unused` and `said` are sentences. `task` is what a task reads.
    """

    sources: dict[str, Any]
    query: tuple[str, ...]
    tags: Tags | None
    group: str | None
    groups: tuple[str, ...]
    identifying: dict[str, str] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    task: Read | None = None


def sources_of(tables: list[Table]) -> dict[str, Any]:
    """Give the recipe's sources by role: a single table as itself, several by name."""
    if len(tables) == 1:
        return dict(tables[0].sources)
    return {"train": {table.name: table.sources["train"] for table in tables}}


def identifying(tables: list[Table]) -> dict[str, str]:
    """Give the columns that may say who somebody is, with why; where there are several tables, with theirs."""
    found: dict[tuple[str, str], list[str]] = {}
    for table in tables:
        for column in table.columns:
            if column.kind == "identifier":
                found.setdefault((column.name, column.why), []).append(table.name)
    if len(tables) == 1:
        return {name: why for (name, why), _ in found.items()}
    return {
        f"{name} ({', '.join(named) if len(named) <= _MOST_NAMED else f'{len(named)} tables'})": why
        for (name, why), named in found.items()
    }
