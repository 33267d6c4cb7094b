"""What stands in a cell of labels: a name, a number, a list of them, or 0 and 1."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from acclimate.core.labels import LEVELS
from acclimate.objective.written_lists import list_in

_WHOLE = re.compile(r"([+-]?\d+)(\.0+)?")
_YES, _NO = {"1", "1.0", "true", "t", "yes", "y"}, {"0", "0.0", "false", "f", "no", "n"}
_TRUTH = {"true": 1, "false": 0}


def labels_of(cell: Any) -> list[Any]:
    """Give the labels of a cell, one or a list. Raises: ValueError for text that is a list and can't be read."""
    found = list_in(cell) if isinstance(cell, str) else cell
    return found if isinstance(found, list) else [cell]


def is_label(value: Any, given: Sequence[str]) -> bool:
    """Say whether a value can be a label: a name or a finite number. CSV files say nan where there is none."""
    if isinstance(value, str):
        return bool(value.strip()) and (value.strip().lower() != "nan" or value.strip() in given)
    return isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value))


def flag(value: Any) -> bool | None:
    """Give what a cell of 0 or 1 says; None if it says nothing."""
    text = str(value).strip().lower()
    return True if text in _YES else False if text in _NO else None


def number(value: Any) -> float | None:
    """Give a finite number, also of text."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if math.isfinite(found) else None


def whole(text: str) -> int | None:
    """Give the whole number that a text is, also as 1.0."""
    found = _WHOLE.fullmatch(text)
    return int(found[1]) if found else None


def spaced(name: str) -> str:
    """Give a name with its levels written alike: `a>b` as `a > b`."""
    return f" {LEVELS} ".join(part.strip() for part in name.split(LEVELS)).strip()


def namer(given: Sequence[str], *, counted: bool) -> Callable[[Any], str]:
    """Give what names a label: itself where `given` has it, else a number counts through `given` (not if these are numbers).

    Takes: `counted`, whether all labels are numbers that count classes, so that 1.0 is 1 as text too.
    """
    known = {_short(name): name for name in given} | {spaced(name): name for name in given}
    names = () if any(whole(name) is not None for name in given) else given

    def name(value: Any) -> str:
        text = str(int(value)) if isinstance(value, float) else str(value).strip()
        found = known.get(spaced(text), known.get(_short(text)))
        if found is not None:
            return found
        place = _TRUTH.get(text.lower(), whole(text))
        if place is not None and 0 <= place < len(names):
            return names[place]
        return _short(text) if counted else text

    return name


def _short(text: str) -> str:
    return text.partition(".")[0] if whole(text) is not None else text


def written_alike(lists: Iterable[Sequence[str]]) -> tuple[list[list[str]], int]:
    """Give lists of names in which those that differ in the space around `>` alone are one, and how many were changed."""
    kept = [list(some) for some in lists]
    forms: dict[str, set[str]] = {}
    for name in {name for some in kept for name in some}:
        forms.setdefault(spaced(name), set()).add(name)
    new = {name: one for one, names in forms.items() if len(names) > 1 for name in names if name != one}
    return [[new.get(name, name) for name in some] for some in kept], sum(name in new for some in kept for name in some)
