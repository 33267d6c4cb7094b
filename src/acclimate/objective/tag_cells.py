"""What stands in a cell of tags or spans: lists, mappings, or the same as text in a CSV file."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from acclimate.objective.written_lists import list_in, parsed

_LABELS = ("label", "type", "entity_group", "entity", "class", "tag")
_NO_TAG = ("", "nan", "null", "none")
"""How files say that there is no tag (`O` is one)."""
_STARTS, _ENDS = ("start", "start_offset", "begin"), ("end", "end_offset", "stop")


class Entity(NamedTuple):
    """A span of a text in characters, end exclusive."""

    start: int
    end: int
    label: str


def as_list(cell: Any) -> list[Any]:
    """Give a cell's list, also as text in a CSV file, else its words; nothing if it is empty. Raises: as `list_in`."""
    if cell is None:
        return []
    if not isinstance(cell, str):
        return list(cell) if isinstance(cell, list) else [cell]
    found = list_in(cell)
    return cell.split() if found is None else found


def tag_names(tags: Sequence[Any], names: Sequence[str]) -> list[str | None]:
    """Give tags as text; a number counts through `names` (None: it has none)."""
    return [_name(tag, names) for tag in tags]


def _name(tag: Any, names: Sequence[str]) -> str | None:
    if isinstance(tag, str) and not tag.strip().isdecimal():
        return None if tag.strip().lower() in _NO_TAG else tag.strip()
    if tag is None or isinstance(tag, bool) or (isinstance(tag, float) and not tag.is_integer()):
        return None
    number = int(tag)
    return names[number] if 0 <= number < len(names) else None


def wrong_tag(tag: Any, word: int) -> str:
    """Say what is wrong with a tag that has no name."""
    if str(tag).strip().lower() in _NO_TAG or tag is None:
        return f"word {word} has no tag"
    if isinstance(tag, float) and not tag.is_integer():
        return f"the tag of word {word} is {tag}, no whole number"
    return f"the tag of word {word} is a number without a name"


def entities_of(cell: Any, text: str) -> tuple[list[Entity], str]:
    """Give the spans of a cell, and what is wrong with it (nothing: an empty text).

    Each is a mapping (start, end, label; or the names that other tools give them), or a list of the three. Where a mapping
    says what stands there (`text`), it must.
    """
    if isinstance(cell, str) and cell.strip():
        try:
            cell = parsed(cell)
        except ValueError:
            return [], f"the spans are no JSON: {cell[:40]!r}"
    if not cell:
        return [], ""
    if not isinstance(cell, list):
        return [], f"the spans are no list: {str(cell)[:40]!r}"
    found = []
    for one in cell:
        parts = _parts(one)
        if parts is None:
            return [], f"a span is {str(one)[:60]}"
        beside = _beside(parts, one.get("text"), text) if isinstance(one, Mapping) else ""
        if beside:
            return [], beside
        found.append(parts)
    return found, ""


def _beside(span: Entity, said: Any, text: str) -> str:
    """Say what stands at a span, if it is not what it says (nothing: an empty text)."""
    there = text[span.start : span.end]
    if not isinstance(said, str) or span.start < 0 or span.end > len(text) or _plain(said) == _plain(there):
        return ""
    where = f", which begins at {text.index(said)}" if said.strip() and text.count(said) == 1 else ""
    return f"a span from {span.start} to {span.end} is {there[:40]!r}, but says {said[:40]!r}{where}"


def _plain(text: str) -> str:
    """Give a text without what tools write in several ways: white space, and how letters are made up."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


def _parts(one: Any) -> Entity | None:
    if isinstance(one, Mapping):
        three = [_first(one, names) for names in (_STARTS, _ENDS, _LABELS)]
    elif isinstance(one, Sequence) and not isinstance(one, str) and len(one) == 3:
        three = list(one)
    else:
        return None
    start, end, label = three
    if not (_whole(start) and _whole(end)):
        return None
    return Entity(int(start), int(end), str(label).strip() if label is not None else "")


def _first(one: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((one[name] for name in names if one.get(name) is not None), None)


def _whole(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, str):
        return value.strip().isdecimal()
    return isinstance(value, int) or (isinstance(value, float) and value.is_integer())
