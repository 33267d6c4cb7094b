"""From the tables of single files to the rows of a source: one schema, row ids, none of acclimate's own columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from acclimate.core.errors import Fault, UserError, nearest
from acclimate.core.rows import OWN_COLUMNS, ROW_ID, Rows
from acclimate.sources.files import File


def refuse_own_columns(names: Sequence[str], place: str) -> None:
    """Raise UserError if the data has a column that acclimate keeps for itself."""
    own = [name for name in names if name in OWN_COLUMNS]
    if own:
        found = f"the data has a column {', '.join(own)}, a name that acclimate keeps for itself"
        do = "rename it in the data, or choose the others with columns: [...]"
        raise UserError(Fault(place, found, f"any name but {', '.join(OWN_COLUMNS)}", do))


def refuse_repeated(names: Sequence[str], place: str) -> None:
    """Raise UserError if a column name stands twice."""
    twice = sorted({name for name in names if list(names).count(name) > 1})
    if twice:
        found = f"column named twice: {', '.join(twice)}"
        raise UserError(Fault(place, found, "each name once", "rename one of the columns in the file"))


def need_chosen(chosen: Sequence[str], there: Sequence[str], place: str) -> None:
    """Raise UserError for each of the `chosen` columns that the file does not have."""
    faults = [
        Fault(place, f"no column {name!r}{nearest(name, there)}", ", ".join(there), "mend columns: or casts:")
        for name in chosen
        if name not in there
    ]
    if faults:
        raise UserError(*faults)


def row_ids(name: str, numbers: Sequence[int] | range) -> pa.Array:
    """Give "name:number" for each number."""
    return pc.binary_join_element_wise(pa.scalar(name), pc.cast(pa.array(numbers, pa.int64()), pa.string()), ":")


def numbered(table: Rows, name: str, numbers: Sequence[int] | range) -> Rows:
    """Give `table` with `row_id` as its first column."""
    return table.add_column(0, ROW_ID, row_ids(name, numbers))


def combine(parts: Sequence[tuple[File, Rows]], where: str) -> Rows:
    """Lay the tables of several files end to end, columns in the order of the first.

    Raises: UserError naming file, column and types where two files disagree, or if there is no row at all.
    """
    first_file, first = parts[0]
    faults = [fault for file, table in parts[1:] for fault in _differences(first_file, first, file, table)]
    if faults:
        raise UserError(*faults)
    if not any(table.num_rows for _, table in parts):
        names = ", ".join(file.address for file, _ in parts[:3])
        raise UserError(Fault(where, f"not one row in {names}", "at least one row", "fill the file"))
    order = first.column_names
    return pa.concat_tables([table.select(order) for _, table in parts], promote_options="default").combine_chunks()


def _differences(first_file: File, first: Rows, file: File, table: Rows) -> list[Fault]:
    """Compare two schemas; a column without any value fits every type."""
    faults = []
    do = "make the files alike, or choose the columns they share with columns: [...]"
    for name in dict.fromkeys([*first.column_names, *table.column_names]):
        if name not in table.column_names or name not in first.column_names:
            has, lacks = (first_file, file) if name in first.column_names else (file, first_file)
            faults.append(Fault(lacks.address, f"no column {name!r}, which {has.address} has", "equal columns", do))
            continue
        types: list[Any] = [first.schema.field(name).type, table.schema.field(name).type]
        if types[0] != types[1] and pa.null() not in types:
            found = f"column {name!r} holds {types[1]}, in {first_file.address} it holds {types[0]}"
            faults.append(Fault(file.address, found, "one type a column", do))
    return faults
