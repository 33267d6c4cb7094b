"""Lists of turns as text, in JSON or as Python writes them: CSV files hold no lists."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from acclimate.core.rows import Rows, called, is_text, replace_column
from acclimate.objective.forms.conversations import KEYS as TURN_KEYS
from acclimate.objective.forms.messages import KEYS
from acclimate.objective.forms.turns import LISTS, Faults
from acclimate.objective.written_lists import parsed

_HOW = 'JSON lists of turns, as [{"role": "user", "content": "..."}, ...] (Python: json.dumps)'


def with_lists(rows: Rows, named: str | None, where: str) -> Rows:
    """Give rows with lists of turns where a column holds them as text.

    Takes: `named`, the column that a form reads (None: those of the usual names whose first value begins as a list does).
    Raises: UserError naming rows whose text is no list of turns.
    """
    for wanted in LISTS if named is None or named in LISTS else (named,):
        name = called(rows.column_names, [wanted])
        if name is not None and is_text(rows.schema.field(name).type):
            cells = rows.column(name).to_pylist()
            first = next((cell for cell in cells if cell and cell.strip()), "")
            if first and (wanted == named or first.lstrip().startswith("[")):
                rows = replace_column(rows, name, _read(rows, name, cells, where))
    return rows


def _read(rows: Rows, name: str, cells: list[str | None], where: str) -> pa.Array:
    faults = Faults(rows, where)
    lists = [_turns(cell, number, name, faults) for number, cell in enumerate(cells)]
    faults.settle()
    keys = dict.fromkeys(key for some in lists for turn in some or [] for key in turn)
    return pa.array(lists, pa.list_(pa.struct([(key, pa.string()) for key in keys])))


def _turns(cell: str | None, number: int, name: str, faults: Faults) -> list[dict[str, str | None]] | None:
    if cell is None or not cell.strip():
        return None
    try:
        found = parsed(cell)
    except ValueError:
        found = None
    if not isinstance(found, list):
        faults.add(number, f"have a text in {name!r} that is no JSON list", _HOW)
        return None
    if not all(isinstance(turn, Mapping) for turn in found):
        faults.add(number, f"have a turn in {name!r} that is no JSON object", _HOW)
        return None
    return [_turn(turn, number, faults) for turn in found]


def _turn(turn: Mapping[str, Any], number: int, faults: Faults) -> dict[str, str | None]:
    """Give a turn's values as text; what is neither a role nor what was said is only looked at to be named."""
    for key in (*KEYS, *TURN_KEYS):
        if not isinstance(turn.get(key, ""), str | None):
            faults.add(number, f"have a turn whose {key} is no text", _HOW)
    return {key: value if isinstance(value, str | None) else _told(value) for key, value in turn.items()}


def _told(value: Any) -> str | None:
    return json.dumps(value, ensure_ascii=False) if value else None
