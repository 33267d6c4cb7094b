"""Text columns to numbers and dates, because the recipe asks for it; what does not fit becomes null and is counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Literal

import pyarrow as pa

from acclimate.core.rows import Rows

Cast = Literal["int", "float", "bool", "date", "datetime"]
_FLOAT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_INT = re.compile(r"[+-]?\d{1,18}")
_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def _int(text: str) -> int | None:
    return int(text) if _INT.fullmatch(text) else None


def _float(text: str) -> float | None:
    return float(text) if _FLOAT.fullmatch(text) else None


def _bool(text: str) -> bool | None:
    return _TRUTH.get(text.lower())


def _date(text: str) -> date | None:
    moment = _datetime(text)
    return moment.date() if moment else None


def _datetime(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


_CASTS: dict[str, tuple[Callable[[str], Any], pa.DataType]] = {
    "int": (_int, pa.int64()),
    "float": (_float, pa.float64()),
    "bool": (_bool, pa.bool_()),
    "date": (_date, pa.date32()),
    "datetime": (_datetime, pa.timestamp("us")),
}


def cast_columns(table: Rows, casts: Mapping[str, Cast]) -> tuple[Rows, dict[str, int]]:
    """Give `table` with the named text columns cast, and how many values of each did not fit, by reason.

    Each distinct text is looked at once. Moments with a time zone become UTC.
    """
    failed: dict[str, int] = {}
    for name, wanted in casts.items():
        convert, kind = _CASTS[wanted]
        codes = table.column(name).combine_chunks().dictionary_encode()
        values = [convert(text.strip()) for text in codes.dictionary.to_pylist()]
        cast = pa.array(values, kind).take(codes.indices)
        lost = cast.null_count - codes.null_count
        if lost:
            failed[f"{name}: not {wanted}"] = lost
        table = table.set_column(table.column_names.index(name), name, cast)
    return table, failed
