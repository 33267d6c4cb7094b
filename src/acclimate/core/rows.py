"""Rows: an Arrow table whose columns are the data's own, plus three that acclimate keeps.

`row_id` (text) names a row for good: its source file and number. `_role` is train, validation or test. `_group` is
what must not be torn apart (a patient); it is filled by `split`, before that it is the row itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, TypeAlias

import pyarrow as pa

from acclimate.core.errors import AcclimateError, Fault, UserError, nearest

Rows: TypeAlias = pa.Table
ROW_ID, ROLE, GROUP = "row_id", "_role", "_group"
OWN_COLUMNS = (ROW_ID, ROLE, GROUP)
ROLES = ("train", "validation", "test")
_PLACES, _READ = "places", "columns_read"


@dataclass(frozen=True)
class Counts:
    """What one step did to the rows. Units: rows, but for `values` (cells of the table).

    `dropped` counts what was lost without having been asked for, by reason; it is held against `max_dropped`.
    `removed` counts what the step was asked to take out (duplicates). `merged` rows went into others (events into a
    history), `added` rows came out of others (windows of a history). `values` counts changed cells by reason.
    `notes` are what else a reader should know about the step.
    """

    rows_in: int
    rows_out: int
    dropped: dict[str, int] = field(default_factory=dict)
    removed: dict[str, int] = field(default_factory=dict)
    merged: int = 0
    added: int = 0
    values: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def check(self, step: str) -> None:
        """Raise AcclimateError unless every row is accounted for."""
        lost = sum(self.dropped.values()) + sum(self.removed.values())
        expected = self.rows_in - lost - self.merged + self.added
        if expected != self.rows_out:
            raise AcclimateError(f"{step}: the ledger does not add up: {asdict(self)} gives {expected} rows")


def column(rows: Rows, name: str, where: str) -> list[Any]:
    """Give a column as a Python list (for what is done once a run, not once a step).

    Raises: UserError naming the columns there are.
    """
    need_columns(rows, [name], where)
    values: list[Any] = rows.column(name).to_pylist()
    return values


def need_columns(rows: Rows, names: Sequence[str], where: str, do: str = "name a column that is there") -> None:
    """Raise UserError for each of `names` that `rows` does not have."""
    there = [name for name in rows.column_names if name not in OWN_COLUMNS]
    faults = [
        Fault(where, f"no column {name!r}{nearest(name, there)}", ", ".join(there), do)
        for name in names
        if name not in rows.column_names
    ]
    if faults:
        raise UserError(*faults)


def called(there: Sequence[str], names: Sequence[str]) -> str | None:
    """Give the first of `names` that is there, else the one that is written in other capitals (None: none, or several)."""
    exact = next((name for name in names if name in there), None)
    alike = [one for one in there if one.strip().casefold() in names]
    return exact or (alike[0] if len(alike) == 1 else None)


def is_text(kind: pa.DataType) -> bool:
    """Say whether a column holds text (or nothing at all)."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind))


def need_text(rows: Rows, names: Sequence[str], where: str) -> None:
    """Raise UserError for each of the columns `names` that holds something else."""
    kinds = {name: rows.schema.field(name).type for name in names}
    faults = [
        Fault(where, f"column {name!r} holds {kind}", "text", "make it text (in a recipe: prepare: sql)")
        for name, kind in kinds.items()
        if not is_text(kind)
    ]
    if faults:
        raise UserError(*faults)


def replace_column(rows: Rows, name: str, values: Any) -> Rows:
    """Give `rows` with the column `name` set to `values` (Arrow array or list), added if it was not there."""
    array = values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values)
    if name in rows.column_names:
        return rows.set_column(rows.column_names.index(name), name, array)
    return rows.append_column(name, array)


def without(rows: Rows, names: Sequence[str]) -> Rows:
    """Give `rows` without those of the columns `names` that are there."""
    return rows.drop_columns([name for name in names if name in rows.column_names])


def with_copies(
    rows: Rows, wanted: Mapping[str, str | None], read: Sequence[str | None] = ()
) -> tuple[Rows, dict[str, str]]:
    """Give rows with columns that are copies of others, and of which one each is.

    Takes: `wanted`, a copy's name -> the column; what is not there is left out. `read`, columns that must stay as they are:
    where a copy would take the place of one that is read, there are none.
    """
    there = {*rows.column_names}
    copies = {name: one for name, one in wanted.items() if one is not None and one in there and one != name}
    if copies.keys() & {*copies.values(), *read}:
        return rows, {}
    for name, source in copies.items():
        rows = replace_column(rows, name, rows.column(source))
    return rows, copies


def with_places(rows: Rows, columns: Sequence[str]) -> Rows:
    """Give `rows` with a word that places in these columns of text are written down."""
    return with_about(rows, {_PLACES: list(columns)})


def with_read(rows: Rows, columns: Mapping[str, str | None]) -> Rows:
    """Give `rows` with a word of which columns a task read: option -> column (None: none)."""
    return with_about(rows, {_READ: {option: name for option, name in columns.items() if name is not None}})


def columns_read(rows: Rows) -> dict[str, str]:
    """Give the options of a task and the columns that it read by them."""
    return dict(about(rows).get(_READ, {}))


def holding_places(rows: Rows) -> list[str]:
    """Name the columns of text in which places are written down, so that no character of them may change: cuts of tagged
    records, or spans of entities (mappings or lists of start and end, or the same as JSON).
    """
    if "cuts" in rows.column_names:
        return ["text"]
    if about(rows).get(_PLACES):
        return list(about(rows)[_PLACES])
    for name in ("entities", "spans"):
        if name in rows.column_names:
            kind = rows.schema.field(name).type
            if pa.types.is_list(kind) and pa.types.is_nested(kind.value_type):
                return ["text"]
            first = next((str(value).lstrip() for value in rows.column(name).to_pylist() if value), "")
            if first.startswith(("[{", "[[")):
                return ["text"]
    return []


def about(rows: Rows) -> dict[str, Any]:
    """Give what a step wrote about the whole table (`tags`, `separator` of tagged records), kept in the schema."""
    text = (rows.schema.metadata or {}).get(b"acclimate")
    return dict(json.loads(text)) if text else {}


def with_about(rows: Rows, facts: dict[str, Any]) -> Rows:
    """Give `rows` with `facts` added to what is written about them."""
    metadata = dict(rows.schema.metadata or {})
    metadata[b"acclimate"] = json.dumps({**about(rows), **facts}, sort_keys=True).encode()
    return rows.replace_schema_metadata(metadata)
