"""Source `jsonl`: one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa

from acclimate.core.errors import Fault, UserError
from acclimate.core.method import Method, option
from acclimate.core.rows import ROW_ID, Counts, Rows
from acclimate.sources.assemble import need_chosen, refuse_own_columns
from acclimate.sources.encoding import Encoding, as_utf_8, fitting
from acclimate.sources.files import File, content_hashes, find, read_bytes
from acclimate.sources.json_strict import DECODER, BrokenJsonError, refuse_half_characters
from acclimate.sources.json_types import column_or_text, kept_as_text

ENDINGS = (".jsonl", ".ndjson")
_TOLD = 5
_BROKEN = "broken line"


@dataclass(frozen=True)
class _Line:
    """A broken line and what is wrong with it."""

    place: str
    why: str


class Jsonl(Method):
    """Reads JSON Lines: each line one object, each key a column; nested objects and lists stay nested.

    Takes: files by `path`. Blank lines are no rows. A key that a line lacks is null there; an empty object is null.

    Gives: rows in the order of the sorted file names; one Arrow type a column (whole numbers beside fractions become
    fractions); a column of lists or objects that have no common type (`[4, 13, "drug"]`) holds them as JSON text, counted under
    `values`; `row_id` is "file:line", counted from 1.

    Options: `bad_lines` decides about lines that are no JSON object.

    When to use: texts and nested records. `csv` is for flat tables, `parquet` for much data with fixed types.

    Source: RFC 8259; jsonlines.org.

    Raises: UserError for broken lines (the first five by file and line), and for a key whose values are of two kinds
    (the first two lines that disagree).
    """

    path: str | tuple[str, ...] = option(..., "file, folder, glob, or list of them; .gz, .xz, .bz2, .zst are unpacked")
    encoding: Encoding = option("utf-8", "how the bytes are to be read as text")
    columns: tuple[str, ...] = option((), "the keys to keep; empty: all")
    bad_lines: Literal["error", "drop"] = option("error", "what to do with a line that is no JSON object")

    def read(self, where: str) -> tuple[Rows, Counts]:
        """Read all files; see the class."""
        objects: list[dict[str, Any]] = []
        places: list[str] = []
        row_ids: list[str] = []
        broken: list[_Line] = []
        files = find(self.path, ENDINGS, where)
        for file in files:
            for number, line in _lines(file, self.encoding):
                place = f"{file.address}, line {number}"
                try:
                    objects.append(parse_line(line))
                except BrokenJsonError as error:
                    broken.append(_Line(place, str(error)))
                    continue
                places.append(place)
                row_ids.append(f"{file.name}:{number}")
        if broken and self.bad_lines == "error":
            raise UserError(*_told(broken))
        if not objects:
            names = ", ".join(file.address for file in files[:3])
            raise UserError(Fault(where, f"not one row in {names}", "at least one JSON object", "fill the file"))
        table, texts = self._table(objects, places, where)
        rows = table.add_column(0, ROW_ID, pa.array(row_ids))
        dropped = {_BROKEN: len(broken)} if broken else {}
        values = kept_as_text(rows, texts)
        return rows, Counts(len(objects) + len(broken), rows.num_rows, dropped=dropped, values=values)

    def inputs(self, where: str) -> Mapping[str, str]:
        """Give the hash of each file."""
        return content_hashes(find(self.path, ENDINGS, where))

    def _table(self, objects: list[dict[str, Any]], places: list[str], where: str) -> tuple[Rows, list[str]]:
        """Give the rows, and the names of columns that hold JSON text."""
        there = list(dict.fromkeys(key for one in objects for key in one))
        need_chosen(self.columns, there, where)
        names = list(self.columns or there)
        refuse_own_columns(names, where)
        columns = {name: column_or_text([one.get(name) for one in objects], name, places) for name in names}
        texts = [name for name, (_, as_text) in columns.items() if as_text]
        return pa.table({name: column for name, (column, _) in columns.items()}), texts


def parse_line(line: bytes) -> dict[str, Any]:
    """Parse one line strictly: one object, no key twice, no NaN.

    Raises: BrokenJsonError saying why not.
    """
    try:
        found = DECODER.decode(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        meant = " or ".join(fitting(line)) or "the file's own"
        found = f"not utf-8: byte 0x{line[error.start]:02x} in column {error.start + 1}; set encoding: {meant}"
        raise BrokenJsonError(found) from None
    except json.JSONDecodeError as error:
        raise BrokenJsonError(f"not JSON: {error.msg}, column {error.colno}") from None
    except RecursionError:
        raise BrokenJsonError("nested too deeply") from None
    if found is None and line.strip() == b"{}":
        return {}
    if not isinstance(found, dict):
        raise BrokenJsonError(f"not an object: {line[:40].decode('utf-8', 'replace')}")
    if b"\\ud" in line.lower():
        refuse_half_characters(found)
    return found


def _lines(file: File, encoding: str) -> list[tuple[int, bytes]]:
    """Give number and bytes of each line that is not blank. Only a line feed ends a line (U+2028 may stand in text)."""
    data = as_utf_8(read_bytes(file), encoding, file)
    return [(number, line) for number, line in enumerate(data.split(b"\n"), 1) if line.strip()]


def _told(broken: list[_Line]) -> list[Fault]:
    shown = broken[:_TOLD]
    faults = [Fault(one.place, one.why, "one JSON object") for one in shown[:-1]]
    more = f"; {len(broken)} lines in all are broken" if len(broken) > 1 else ""
    do = "mend the line, or set bad_lines: drop"
    return [*faults, Fault(shown[-1].place, shown[-1].why + more, "one JSON object", do)]
