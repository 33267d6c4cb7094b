"""Small tables for the tests of this folder."""

from typing import Any

import pyarrow as pa


def table(role: str | list[str] = "train", **columns: list[Any]) -> pa.Table:
    """Give rows with `row_id` x.csv:1, x.csv:2, ... and one role, or a role each; text where a column is empty."""
    count = len(next(iter(columns.values())))
    roles = [role] * count if isinstance(role, str) else role
    arrays = {name: _array(values) for name, values in columns.items()}
    ids = pa.array([f"x.csv:{number}" for number in range(1, count + 1)], pa.string())
    return pa.table({"row_id": ids, "_role": pa.array(roles, pa.string()), **arrays})


def _array(values: list[Any]) -> pa.Array:
    return pa.array(values, pa.string()) if all(value is None for value in values) else pa.array(values)
