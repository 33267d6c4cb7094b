"""SQL as a person would write it: names in quotes only where they need them."""

from __future__ import annotations

import re
from functools import cache

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_BAD_KEY = re.compile(r"[:<\[\\,\s]+")


@cache
def _reserved() -> frozenset[str]:
    import duckdb

    with duckdb.connect(":memory:") as connection:
        query = "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category <> 'unreserved'"
        found = connection.execute(query).fetchall()
    return frozenset(str(row[0]) for row in found)


def is_plain(name: str) -> bool:
    """Say whether a name may stand in a query without quotes."""
    return bool(_PLAIN.fullmatch(name)) and name.lower() not in _reserved()


def quoted(name: str) -> str:
    """Give a name as a query takes it."""
    return name if is_plain(name) else '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Give a text as a query takes it."""
    return "'" + text.replace("'", "''") + "'"


def key_of(name: str) -> str:
    """Give a column's name as `tagged` can write it before a colon."""
    return _BAD_KEY.sub("_", name).strip("_") or "column"


def listed(columns: list[tuple[str, str]]) -> list[str]:
    """Give `expression AS alias` for each (alias, expression), without the alias where it says nothing."""
    return [one if one.rpartition(".")[2] == quoted(alias) else f"{one} AS {quoted(alias)}" for alias, one in columns]


def wrapped(items: list[str], before: str, indent: str, width: int = 104) -> list[str]:
    """Write items with commas between, on lines that begin with `before` and then with `indent`."""
    lines, line = [], before
    for number, item in enumerate(items):
        piece = item + ("," if number < len(items) - 1 else "")
        if len(line) + len(piece) > width and line.strip() and line not in (before, indent):
            lines.append(line.rstrip())
            line = indent
        line += piece + " "
    return [*lines, line.rstrip()]
