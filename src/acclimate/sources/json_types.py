"""One Arrow type for all values of a JSON key, or an error that names the two lines that disagree."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from acclimate.core.errors import Fault, UserError

_KINDS: dict[type, str] = {str: "text", bool: "a truth value", int: "a number", float: "a number"}
_KINDS.update({list: "a list", dict: "an object"})


def column_of(values: Sequence[Any], name: str, places: Sequence[str]) -> pa.Array:
    """Give `values` as an Arrow array.

    Takes: `places`, file and line of each value.
    Raises: UserError naming key, kinds and lines if the values are of two kinds, at any depth.
    """
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError) as error:
        pair = _disagreement(zip(values, places, strict=True), name)
        if pair is None:
            found = f"the values of key {name!r} have no common type: {error}"
            raise UserError(Fault(places[0], found, "one type a key", "write large numbers as text")) from None
        path, (kind, place), (other_kind, other_place) = pair
        found = f"key {path!r} holds {other_kind}, in {place} it holds {kind}"
        do = "write all of them in one way (a number as text: quotes around it)"
        raise UserError(Fault(other_place, found, "one type a key", do)) from None


def column_or_text(values: Sequence[Any], name: str, places: Sequence[str]) -> tuple[pa.Array, bool]:
    """The same; but lists or objects without a common type become JSON text, which is said by the second."""
    try:
        return column_of(values, name, places), False
    except UserError:
        if not all(isinstance(one, list | dict) for one in values if one is not None):
            raise
        return as_text(values), True


def as_text(values: Sequence[Any]) -> pa.Array:
    """Give each value as JSON text."""
    texts = [None if one is None else json.dumps(one, ensure_ascii=False) for one in values]
    return pa.array(texts, pa.string())


def kept_as_text(rows: pa.Table, names: Iterable[str]) -> dict[str, int]:
    """Count the values of columns that were given as JSON text, as a ledger tells it."""
    filled = {name: int(rows.num_rows - rows.column(name).null_count) for name in sorted(names)}
    return {f"{name}: values of several kinds, kept as JSON text": number for name, number in filled.items()}


def _disagreement(values: Iterable[tuple[Any, str]], path: str) -> tuple[str, tuple[str, str], tuple[str, str]] | None:
    """Find the first two values of different kinds, descending into lists and objects."""
    first: tuple[str, str] | None = None
    inner: dict[str, list[tuple[Any, str]]] = {}
    for value, place in values:
        if value is None:
            continue
        kind = _KINDS[type(value)]
        if first is None:
            first = (kind, place)
        elif first[0] != kind:
            return path, first, (kind, place)
        if isinstance(value, list):
            inner.setdefault(f"{path}[]", []).extend((item, place) for item in value)
        elif isinstance(value, dict):
            for key, item in value.items():
                inner.setdefault(f"{path}.{key}", []).append((item, place))
    found = (_disagreement(items, inner_path) for inner_path, items in inner.items())
    return next((one for one in found if one), None)
