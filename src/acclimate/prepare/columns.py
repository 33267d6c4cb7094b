"""Columns of rows as text and as numbers of distinct values: what the steps of this folder share."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from datetime import datetime, time
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import BeforeValidator

from acclimate.core.errors import Fault, UserError
from acclimate.core.rows import ROW_ID, Rows

Codes = npt.NDArray[np.int64]
"""One number a row; rows with equal values have equal numbers. -1 stands for null where a function says so."""

_TOLD = 5


def several(value: Any) -> Any:
    """Give a single word as a list of one: what is one of several may be written without a list."""
    return (value,) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(several)]
"""Names of columns; a single one may be written without a list."""


def encoded(column: pa.ChunkedArray) -> tuple[Codes, list[Any]]:
    """Give each row's place in the list of distinct values (-1: null), and that list."""
    if pa.types.is_null(column.type):
        return np.full(len(column), -1, dtype=np.int64), []
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_nested(column.type):
        column = _as_json(column)
    whole = column.dictionary_encode().unify_dictionaries()
    if not whole.num_chunks:
        return np.zeros(0, dtype=np.int64), []
    parts = [chunk.indices.fill_null(-1).to_numpy(zero_copy_only=False) for chunk in whole.chunks]
    return np.concatenate(parts).astype(np.int64), whole.chunk(0).dictionary.to_pylist()


def _as_json(column: pa.ChunkedArray) -> pa.ChunkedArray:
    texts = [
        None if value is None else json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
        for value in column.to_pylist()
    ]
    return pa.chunked_array([pa.array(texts, pa.string())])


def codes(rows: Rows, names: Sequence[str]) -> Codes:
    """Number the distinct combinations of some columns from 0, in the order in which they first appear."""
    combined = np.zeros(rows.num_rows, dtype=np.int64)
    for name in names:
        column, values = encoded(rows.column(name))
        combined = first_come(combined * (len(values) + 1) + column + 1)
    return combined


def first_come(numbers: Codes) -> Codes:
    """Renumber so that the number that appears first becomes 0, the next new one 1, and so on."""
    _, first, inverse = np.unique(numbers, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return np.asarray(rank[inverse], dtype=np.int64)


def texts(rows: Rows, name: str, where: str, write: Callable[[str], str] | None = None) -> list[str | None]:
    """Give a column as text, without white space around it; what is null, empty or not a number is None.

    Takes: `write`, applied to each distinct text.
    Raises: UserError for a column of lists or objects.
    """
    column = rows.column(name)
    if pa.types.is_nested(column.type):
        found = f"column {name!r} holds {column.type}"
        do = "take single values out of it with prepare: sql (unnest, or name.key)"
        raise UserError(Fault(where, found, "text, numbers, truth values, dates", do))
    numbers, values = encoded(column)
    said = _as_text(values, column.type)
    written: list[str | None] = [write(text) if write and text else text for text in said]
    written.append(None)
    return [written[number] for number in numbers.tolist()]


def _as_text(values: list[Any], kind: pa.DataType) -> list[str | None]:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_timestamp(kind):
        return _moments(values)
    if pa.types.is_floating(kind):
        values = [None if math.isnan(value) else value for value in values]
    as_text = pa.array(values, kind).cast(pa.string()).to_pylist()
    return [(text or "").strip() or None for text in as_text]


def _moments(values: list[datetime]) -> list[str | None]:
    """Write moments in ISO 8601; if all of them are midnights, as days."""
    days = all(value.time() == time() for value in values)
    return [value.date().isoformat() if days else value.isoformat() for value in values]


def need_values(rows: Rows, names: Sequence[str], where: str) -> None:
    """Raise UserError for each of `names` that has no value in any row."""
    faults = [
        Fault(where, f"column {name!r} has no value in any of {rows.num_rows} rows", "at least one", "leave it out")
        for name in names
        if rows.num_rows and rows.column(name).null_count == rows.num_rows
    ]
    if faults:
        raise UserError(*faults)


def need_all_values(rows: Rows, names: Sequence[str], where: str, do: str) -> None:
    """Raise UserError naming the first rows in which one of `names` is null."""
    for name in names:
        column = rows.column(name)
        if not column.null_count:
            continue
        ids = rows.filter(column.is_null()).column(ROW_ID).to_pylist()
        shown = ", ".join(ids[:_TOLD]) + (f" and {len(ids) - _TOLD} more" if len(ids) > _TOLD else "")
        raise UserError(Fault(where, f"column {name!r} is empty in {shown}", "a value in every row", do))
