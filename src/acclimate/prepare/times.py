"""A column of times as whole microseconds, whatever it is written in, and the time between two in the largest unit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from acclimate.core.errors import Fault, UserError
from acclimate.core.rows import ROW_ID, Rows
from acclimate.prepare.columns import encoded

_TOLD = 5
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = 1
_UNITS = (
    ("d", 86_400_000_000),
    ("h", 3_600_000_000),
    ("min", 60_000_000),
    ("s", 1_000_000),
    ("ms", 1_000),
    ("us", _MICROSECOND),
)
# Below, no reading as seconds since 1970 makes sense: visit numbers, years, days since admission.
_PLAIN_BELOW = Decimal(10) ** 8
_SCALES = ((10**11, Decimal(10**6)), (10**14, Decimal(10**3)), (10**17, Decimal(1)))


Ticks = npt.NDArray[np.int64 | np.float64]


@dataclass(frozen=True)
class Times:
    """The times of R rows.

    `ticks_R` counts microseconds since 1970, or holds the numbers themselves if they are no times (`plain`);
    `missing_R` marks rows without one (their tick is 0).
    """

    ticks_R: Ticks
    missing_R: npt.NDArray[np.bool_]
    plain: bool


def times_of(rows: Rows, name: str, where: str) -> Times:
    """Read a column as times.

    Takes: dates and times of Arrow; text in ISO 8601 (a time zone is heeded, without one it is UTC; `20200131`,
    `2020/01/31` and `2020-01` are read, too); seconds, milli-, micro- or nanoseconds since 1970, by their size;
    numbers below 10^8, which are taken as they are.
    Raises: UserError naming the first rows whose value is nothing of this.
    """
    column = rows.column(name)
    if pa.types.is_date(column.type):
        column = column.cast(pa.timestamp("us"))
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    numbers, values = encoded(column)
    texts = [_text(value) for value in values]
    ticks, plain = _numbers(texts) if _all_numbers(texts) else ([_moment(text) for text in texts], False)
    bad = [number for number, tick in enumerate(ticks) if tick is None and texts[number]]
    if bad:
        raise UserError(_unreadable(rows, name, numbers, [str(values[number]) for number in bad], set(bad), where))
    by_value: Ticks = np.array([tick or 0 for tick in ticks] + [0], dtype=np.float64 if plain else np.int64)
    empty = np.array([not text for text in texts] + [True])
    return Times(by_value[numbers], empty[numbers], plain)


def _text(value: Any) -> str:
    return str(value).strip()


def _all_numbers(texts: list[str]) -> bool:
    said = [text for text in texts if text]
    if all(len(text) == 8 and _moment(text) is not None for text in said):  # 20200131
        return False
    return all(_NUMBER.fullmatch(text) for text in said)


def _numbers(texts: list[str]) -> tuple[list[Any], bool]:
    numbers = [Decimal(text) if text else None for text in texts]
    largest = max((abs(number) for number in numbers if number is not None), default=Decimal(0))
    if largest < _PLAIN_BELOW:
        return [None if number is None else float(number) for number in numbers], True
    scale = next((scale for limit, scale in _SCALES if largest < limit), Decimal("0.001"))
    return [None if number is None else int(number * scale) for number in numbers], False


def _moment(text: str) -> int | None:
    """Give microseconds since 1970, or None if the text is no moment."""
    if re.fullmatch(r"\d{4}/.*", text):
        text = text.replace("/", "-")
    if re.fullmatch(r"\d{4}-\d{2}", text):
        text += "-01"
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    since = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _unreadable(
    rows: Rows, name: str, numbers: npt.NDArray[np.int64], said: list[str], bad: set[int], where: str
) -> Fault:
    places = [place for place, number in enumerate(numbers.tolist()) if number in bad]
    ids = rows.column(ROW_ID).take(places[:_TOLD]).to_pylist()
    more = f" and {len(places) - _TOLD} more" if len(places) > _TOLD else ""
    found = f"column {name!r} holds {said[0]!r} and the like in {', '.join(ids)}{more}"
    do = f"rewrite it with prepare: sql, for example strptime({name}, '%d.%m.%Y')"
    return Fault(where, found, "ISO 8601 (2020-01-31, 2020-01-31T08:30:00Z), or numbers", do)


def deltas(ticks: Ticks, first: npt.NDArray[np.bool_], *, plain: bool) -> list[str]:
    """Give the step from the row before, as text: `+0d` where `first` is set, then `+12d`, `+36h`, `+90min`, `+20s`.

    The unit is the largest that is exact. Plain numbers have none (`+0`, `+3`).
    """
    steps = np.diff(ticks, prepend=ticks[:1])
    steps[first] = 0
    values, inverse = np.unique(steps, return_inverse=True)
    write = _plain_step if plain else _step
    written = [write(value) for value in values.tolist()]
    return [written[number] for number in inverse.tolist()]


def _plain_step(step: float) -> str:
    return f"{step:+.12g}"


def _step(step: int) -> str:
    name, size = next((name, size) for name, size in _UNITS if step % size == 0)
    return f"{step // size:+d}{name}"
