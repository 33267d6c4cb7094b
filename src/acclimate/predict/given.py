"""Texts and rows as a program gives them -> a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from acclimate.core.errors import Fault, UserError
from acclimate.core.rows import ROW_ID, Rows

_SHOWN = 5
_WHERE = "predict"


def table_of(given: Sequence[Any], text: str) -> Rows:
    """Give texts (in the column `text`) and rows as a table with every column that one of them has.

    Raises: UserError naming what is neither a text nor a row, and columns that no table can hold.
    """
    good = [isinstance(one, str) or (isinstance(one, Mapping) and bool(one)) for one in given]
    wrong = [f"{number} ({given[number - 1]!r})"[:60] for number, one in enumerate(good, 1) if not one]
    if wrong:
        shown = ", ".join(wrong[:_SHOWN]) + (", ..." if len(wrong) > _SHOWN else "")
        raise UserError(
            Fault(
                _WHERE,
                f"no text in number {shown}",
                "texts, or rows (dicts) that have one",
                "mend them, or leave them out",
            )
        )
    rows = [{text: one} if isinstance(one, str) else one for one in given]
    names = [name for name in dict.fromkeys(name for row in rows for name in row) if name != ROW_ID]
    columns = {str(name): _column([row.get(name) for row in rows], name) for name in names}
    return pa.table({ROW_ID: [str(number) for number in range(len(rows))], **columns})


def _column(values: list[Any], name: Any) -> pa.Array:
    try:
        return pa.array(values, from_pandas=True)  # NaN stands for nothing there
    except UnicodeEncodeError:
        found, allowed = "half of a surrogate pair, which is no character", "whole characters"
    except (pa.ArrowException, TypeError, OverflowError) as error:
        found, allowed = f"values that are not alike: {error}", "one type a column"
    raise UserError(Fault(_WHERE, f"{name!r} holds {found}", allowed, "mend them"))
