"""The objects of a JSON array, one after the other, without building all of them at once."""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

from acclimate.core.errors import Fault, UserError, nearest
from acclimate.sources.files import File
from acclimate.sources.json_strict import DECODER, BrokenJsonError, refuse_half_characters

_SPACE = re.compile(r"[ \t\n\r]*")


@dataclass(frozen=True)
class Item:
    """One object of the array; `chars` is the length of its text."""

    value: dict[str, Any]
    chars: int


@dataclass(frozen=True)
class _Reader:
    """A file's text and how to take the next thing from it."""

    text: str
    file: File

    def skip(self, at: int) -> int:
        """Give the place of the first character at or after `at` that is no white space."""
        match = _SPACE.match(self.text, at)
        return match.end() if match else at

    def value(self, at: int) -> tuple[Any, int]:
        """Parse the value at `at`; give it and the place behind it."""
        try:
            found, end = DECODER.raw_decode(self.text, at)
            if "\\ud" in self.text[at:end].lower():
                refuse_half_characters(found)
        except json.JSONDecodeError as error:
            raise self.broken(f"not JSON: {error.msg}", error.pos) from None
        except BrokenJsonError as error:
            raise self.broken(str(error), at) from None
        except RecursionError:
            raise self.broken("nested too deeply", at) from None
        return found, end

    def expect(self, marks: str, at: int) -> str:
        """Give the character at `at` (past white space: the caller skipped it), which must be one of `marks`."""
        mark = self.text[at : at + 1]
        if mark and mark in marks:
            return mark
        wanted = " or ".join(repr(one) for one in marks)
        raise self.broken(f"not JSON: expected {wanted}, {f'found {mark!r}' if mark else 'but the file ends'}", at)

    def broken(self, found: str, at: int, allowed: str = "", do: str = "mend the file") -> UserError:
        """Make the error for the place `at`."""
        line = self.text.count("\n", 0, at) + 1
        column = at - self.text.rfind("\n", 0, at)
        return UserError(Fault(f"{self.file.address}, line {line}, column {column}", found, allowed, do))


def items(text: str, field: str | None, file: File) -> Iterator[Item]:
    """Give the objects of the array in `text`: of all of it, or of what stands under the key `field`.

    Raises: UserError by line and column for broken JSON, for another layout, and for what is no object.
    """
    reader = _Reader(text, file)
    start = reader.skip(0)
    if field is None:
        if text[start : start + 1] != "[":
            raise _no_array(reader, start)
        end = yield from _array(reader, start)
    else:
        end = yield from _under(reader, start, field)
    if reader.skip(end) < len(text):
        raise reader.broken("not JSON: something stands behind the end", reader.skip(end))


def _array(reader: _Reader, at: int) -> Generator[Item, None, int]:
    """Give the objects of the array that begins at `at`; return the place behind it."""
    at = reader.skip(at + 1)
    if reader.text[at : at + 1] == "]":
        return at + 1
    while True:
        value, end = reader.value(at)
        if not isinstance(value, dict) and reader.text[at] != "{":
            found = f"not an object: {reader.text[at : min(end, at + 40)]}"
            raise reader.broken(found, at, "an array of objects")
        yield Item(value or {}, end - at)
        at = reader.skip(end)
        if reader.expect(",]", at) == "]":
            return at + 1
        at = reader.skip(at + 1)


def _under(reader: _Reader, at: int, field: str) -> Generator[Item, None, int]:
    """Give the objects of the array under the key `field` of the object at `at`; return the place behind it."""
    reader.expect("{", at)
    names: list[str] = []
    mark = ","
    while mark == ",":
        at = reader.skip(at + 1)
        reader.expect('"', at)
        name, end = reader.value(at)
        at = reader.skip(end)
        reader.expect(":", at)
        at = reader.skip(at + 1)
        if name == field and name not in names:
            reader.expect("[", at)
            end = yield from _array(reader, at)
        else:
            _, end = reader.value(at)
        names.append(name)
        at = reader.skip(end)
        mark = reader.expect(",}", at)
    if field not in names:
        found = f"no key {field!r}{nearest(field, names)}"
        raise UserError(Fault(reader.file.address, found, ", ".join(names), "mend field:"))
    return at + 1


def _no_array(reader: _Reader, at: int) -> UserError:
    """Say what the file holds instead of an array, and how to read it."""
    allowed = "one array of objects"
    if reader.text[at : at + 1] != "{":
        return reader.broken(f"not a JSON array: {reader.text[at : at + 40]!r}", at, allowed)
    value, end = reader.value(at)
    if reader.text[reader.skip(end) :].startswith("{"):
        return reader.broken("several objects, not one array: this is JSON Lines", at, allowed, "set name: jsonl")
    lists = [name for name, one in (value or {}).items() if isinstance(one, list)]
    do = f"set field: {' or '.join(lists[:5])}" if lists else "write the objects into one array"
    return reader.broken("one object, not an array", at, allowed, do)
