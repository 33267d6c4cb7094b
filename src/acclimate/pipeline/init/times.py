"""Which column orders the events of a table, and how a query gives its moments and days."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pyarrow as pa

from acclimate.core.identifiers.columns import words_of
from acclimate.pipeline.init.columns import Column
from acclimate.pipeline.init.query import literal, quoted
from acclimate.pipeline.init.tables import Table
from acclimate.prepare.columns import texts

_FIRST = (r"_(timestamp|datetime|date|time|day|when)_", r"_(start|begin|admit|admission|from)", r"日期|时间")
_LATER = re.compile(r"_(stop|end|discharge|death|updated|modified|due)")
_SECONDS = re.compile(r".*\d:\d\d:(?!00)\d\d.*")
_MOMENT = re.compile(r"\d{4}[-/]\d\d[-/]\d\d[T ].*")


@dataclass(frozen=True)
class Clock:
    """A column of times. `form` is its strptime format, empty for ISO 8601; `typed`: dates of Arrow; `days`: too fine
    for steps that read well; `plain_numbers`: seconds since 1970 and the like.
    """

    column: str
    form: str
    typed: bool
    days: bool
    plain_numbers: bool
    notes: tuple[str, ...]


def clock_of(table: Table) -> Clock | None:
    """Give the column by which a table's rows are ordered, or None if it has none."""
    times = [one for one in table.columns if one.kind == "time"]
    if not times:
        return None
    column = min(times, key=_rank)
    kind = table.rows.column(column.name).type
    values = [value for value in texts(table.rows, column.name, table.name) if value is not None]
    days = any(_SECONDS.match(value) for value in values) or 0 < sum(map(_has_clock, values)) < len(values)
    notes = []
    if column.form.startswith(("%m/", "%d/")):
        notes.append(f"{table.name}.{column.name} is read as {column.form}: see that day and month are right")
    numbers = all(re.fullmatch(r"\d{9,}(\.\d+)?", value) for value in values)
    typed = pa.types.is_timestamp(kind) or pa.types.is_date(kind)
    return Clock(column.name, column.form, typed, days and not numbers, numbers, tuple(notes))


def _has_clock(value: str) -> bool:
    return bool(_MOMENT.fullmatch(value))


def _rank(column: Column) -> tuple[int, int, int]:
    words = words_of(column.name)
    first = next((number for number, pattern in enumerate(_FIRST) if re.search(pattern, words)), len(_FIRST))
    return bool(_LATER.search(words)), first, -column.filled


def moment(clock: Clock) -> str:
    """Give the SQL for a time as it is, or for its day where it is too fine."""
    return day(clock) if clock.days else _read(clock)


def day(clock: Clock) -> str:
    """Give the SQL for the day of a time, as text."""
    if clock.plain_numbers:
        seconds = f"CAST({quoted(clock.column)} AS DOUBLE)"
        scaled = f"CASE WHEN {seconds} < 1e11 THEN {seconds} WHEN {seconds} < 1e14 THEN {seconds} / 1e3 ELSE {seconds} / 1e6 END"
        return f"strftime(make_timestamp(CAST(1e6 * ({scaled}) AS BIGINT)), '%Y-%m-%d')"
    if clock.form or clock.typed:
        return f"strftime({_read(clock)}, '%Y-%m-%d')"
    return f"substr({quoted(clock.column)}, 1, 10)"


def _read(clock: Clock) -> str:
    name = quoted(clock.column)
    return f"strptime({name}, {literal(clock.form)})" if clock.form else name
