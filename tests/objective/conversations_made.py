"""Rows as people write conversations, for the tests of forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from acclimate.core.errors import UserError
from acclimate.core.rows import ROW_ID, Rows


def rows(**columns: list[Any]) -> Rows:
    """A table whose rows are called r0, r1, ..."""
    count = len(next(iter(columns.values())))
    return pa.table({**columns, ROW_ID: [f"r{number}" for number in range(count)]})


def turns(table: Rows) -> list[list[tuple[str, str]]]:
    """The messages of each row as pairs."""
    assert table.schema.field("messages").type == pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
    return [[(one["role"], one["content"]) for one in messages] for messages in table.column("messages").to_pylist()]


def faults(shape: Callable[[Rows, str], Any], table: Rows) -> list[str]:
    """What is found wrong with rows."""
    with pytest.raises(UserError) as caught:
        shape(table, "objective")
    return [fault.found for fault in caught.value.faults]
