"""Which rows of another source stand in groups that a split holds out, so that nothing is trained on them.

What decides is what `split` wrote about its rows: the hash of (seed, group) and the values it was asked for, which know
groups that none of its rows are of, and the groups that it did hold out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from acclimate.core.rows import GROUP, ROLE, ROW_ID, Rows, about
from acclimate.core.seeds import share
from acclimate.prepare.columns import texts

SPLIT = "split"
"""Under which name `core.rows.about` tells how the rows were split: by, shares, column and values."""


def group_columns(rows: Rows) -> list[str] | None:
    """Give the columns by which the rows were split into groups (each row one: `row_id`); None without a split."""
    facts = about(rows)
    return None if SPLIT not in facts else list(facts.get("group_by") or [ROW_ID])


def named(columns: Sequence[Sequence[str | None]]) -> list[str]:
    """Give the name of each row's group: its value, or its values as a list."""
    if len(columns) == 1:
        return [value or "" for value in columns[0]]
    return [json.dumps(values, ensure_ascii=False) for values in zip(*columns, strict=True)]


def held_out(found: Rows, rows: Rows, seed: int, where: str) -> npt.NDArray[np.bool_]:
    """Mark rows of `found`, which has the columns `group_columns(rows)`, whose group the split of `rows` holds out."""
    by = group_columns(rows) or []
    group_R = named([texts(found, name, where) for name in by])
    there = rows.filter(pc.not_equal(rows.column(ROLE), "train"))
    kept_out = set(there.column(GROUP).cast(pa.string()).to_pylist())
    facts: dict[str, Any] = about(rows)[SPLIT]
    if facts["by"] == "hash":
        kept_out |= {group for group in set(group_R) if share(seed, group) < facts["share"]}
    if facts["column"] in found.column_names:
        value_R = texts(found, facts["column"], where)
        kept_out |= {group for group, value in zip(group_R, value_R, strict=True) if value in facts["values"]}
    return np.array([group in kept_out for group in group_R], dtype=np.bool_)
