"""Which columns of a table are replaced whole, which hold dates, which are read for identifiers: `pseudonymise`'s plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from acclimate.core.identifiers.columns import identifies
from acclimate.core.identifiers.dates import is_date
from acclimate.core.identifiers.kinds import Kind
from acclimate.core.rows import OWN_COLUMNS, Rows
from acclimate.prepare.columns import encoded

_LOOKED_AT = 1000


@dataclass
class Plan:
    """Columns replaced whole, by kind; columns of dates; columns that are read for identifiers."""

    whole: dict[str, Kind] = field(default_factory=dict)
    dates: list[str] = field(default_factory=list)
    read: list[str] = field(default_factory=list)


def plan(
    rows: Rows,
    columns: Mapping[str, Kind | None] | None,
    dates: Sequence[str] | None,
    text: Sequence[str] | None,
    kinds: frozenset[Kind],
) -> Plan:
    """Say what is done to each column. What is None is found by name and content; a column has one place only.

    Takes: `columns` with their kinds (a kind of None: found, else a key).
    """
    found = Plan()
    for name in rows.column_names:
        if name in OWN_COLUMNS:
            continue
        kind_of_value = rows.schema.field(name).type
        if name in (dates or ()) or (dates is None and _is_moment(kind_of_value) and kinds & {"date", "birth_date"}):
            found.dates.append(name)
        elif columns is not None and name in columns:
            _settle(found, name, columns[name] or _likely(rows, name) or "key")
        elif pa.types.is_nested(kind_of_value) or _is_moment(kind_of_value):
            continue
        elif dates is None and "date" in kinds and _all_dates(rows, name):
            found.dates.append(name)
        elif columns is None and name not in (text or ()) and (likely := _likely(rows, name)) in kinds and likely:
            _settle(found, name, likely)
        elif (text is None and _is_text(kind_of_value)) or name in (text or ()):
            found.read.append(name)
    return found


def _settle(found: Plan, name: str, kind: Kind) -> None:
    if kind in ("date", "birth_date"):
        found.dates.append(name)
    else:
        found.whole[name] = kind


def _likely(rows: Rows, name: str) -> Kind | None:
    """Give the kind that a column goes by; being unlike in every row is not enough (an amount is that, too)."""
    number_R, values = encoded(rows.column(name))
    filled = int((number_R >= 0).sum())
    said = [str(value).strip() for value in values]
    some = [value for value in said if value][:_LOOKED_AT]
    likely = identifies(name, some, len(values), filled)
    return likely.kind if likely is not None and likely.sure else None


def _all_dates(rows: Rows, name: str) -> bool:
    if not _is_text(rows.schema.field(name).type):
        return False
    said = [value.strip() for value in encoded(rows.column(name))[1]]
    return any(said) and all(is_date(value) and len(value) <= 40 for value in said if value)


def _is_moment(kind: pa.DataType) -> bool:
    return bool(pa.types.is_date(kind) or pa.types.is_timestamp(kind))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
