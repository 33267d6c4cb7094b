"""Reads the fields of a tagged record: which values it holds, where they stand, and to which event they belong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

HEADER = ("age", "sex", "department")
EVENT = ("timestamp", "code", "description")

_PIECE = re.compile(r"(?P<event><event>)|(?:(?<=>)|(?<=,)|(?<=, ))(?P<key>\w+):(?P<value>(?:\\.|[^,<\\])*)")


class Field(NamedTuple):
    """A value and its span [start, end) in characters; `event` counts from 0, in the header it is -1."""

    key: str
    value: str
    start: int
    end: int
    event: int


class Record(NamedTuple):
    """What stands in a tagged text; `fields` are in its order."""

    fields: tuple[Field, ...]
    events: int


def read_record(text: str) -> Record | None:
    """Read a text like `<patient>age:34</patient><visits><event>timestamp:+0d, code:I10</event></visits>`.

    Gives: None if a field is of another kind than the hospital sample's, stands in the wrong place or stands twice.
    """
    fields = []
    event = -1
    seen: set[tuple[str, int]] = set()
    for match in _pieces(text):
        if match["event"]:
            event += 1
            continue
        key = match["key"]
        place = (key, event)
        if key not in (HEADER if event < 0 else EVENT) or place in seen:
            return None
        seen.add(place)
        fields.append(Field(key, match["value"], *match.span("value"), event))
    return Record(tuple(fields), event + 1)


def _pieces(text: str) -> Iterator[re.Match[str]]:
    return _PIECE.finditer(text)
