"""JSON read strictly: no key twice, no NaN, nothing that is no character; an object without keys is null."""

from __future__ import annotations

import json
from typing import Any


class BrokenJsonError(ValueError):
    """Why something is no JSON object that can be a row."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | None:
    """An object without keys has no Arrow type that a file can hold, so it is null."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BrokenJsonError(f"the key {twice!r} stands twice")
    return found or None


def _no_constant(name: str) -> Any:
    raise BrokenJsonError(f"{name} is no JSON; write null")


DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_constant)


def refuse_half_characters(found: Any) -> None:
    r"""Raise BrokenJsonError if a text in `found` holds half of a surrogate pair (`\ud83d` without its other half)."""
    try:
        json.dumps(found, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise BrokenJsonError("half of a surrogate pair (\\ud800 to \\udfff alone), which is no character") from None
