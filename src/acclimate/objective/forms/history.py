"""Earlier turns beside a question, as Alpaca's data have them: lists of [question, answer]."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa

from acclimate.core.errors import Fault, UserError
from acclimate.core.rendered import Message
from acclimate.core.rows import Rows, called, need_columns

HISTORY = "history"


def history_column(rows: Rows, given: str | None, where: str) -> str | None:
    """Give the column of earlier turns: the one that was `given`, or `history` where it holds lists of [question, answer].

    Raises: UserError for a given one that is not there, or holds something else.
    """
    if given is not None:
        need_columns(rows, [given], where)
    name = given or called(rows.column_names, [HISTORY])
    if name is None or all(earlier(cell) is not None for cell in rows.column(name).to_pylist()):
        return name
    if given is None and not pa.types.is_list(rows.schema.field(name).type):
        return None  # some other history: a patient's
    raise UserError(
        Fault(
            where,
            f"{name!r} holds something else than earlier turns",
            "[[question, answer], ...] in every row",
            "mend it",
        )
    )


def earlier(cell: Any) -> list[Message] | None:
    """Give the turns of a cell, also as JSON text (None: it holds something else)."""
    if isinstance(cell, str):
        try:
            cell = json.loads(cell) if cell.strip() else []
        except ValueError:
            return None
    pairs = [] if cell is None else cell
    if not isinstance(pairs, list) or not all(_is_pair(one) for one in pairs):
        return None
    return [
        {"role": role, "content": said}
        for pair in pairs
        for role, said in zip(("user", "assistant"), pair, strict=True)
    ]


def _is_pair(one: Any) -> bool:
    return isinstance(one, list) and len(one) == 2 and all(isinstance(said, str) for said in one)
