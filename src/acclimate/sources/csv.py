"""Source `csv`: comma- or tab-separated files, every value as the text that stands there."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa
from pydantic import field_validator

from acclimate.core.errors import Fault, UserError
from acclimate.core.method import Method, option
from acclimate.core.rows import Counts, Rows
from acclimate.sources.assemble import combine, need_chosen, numbered, refuse_own_columns, refuse_repeated
from acclimate.sources.casts import Cast, cast_columns
from acclimate.sources.encoding import Encoding, as_utf_8, decode
from acclimate.sources.files import File, content_hashes, find, read_bytes

ENDINGS = (".csv", ".tsv")
_FIRST_BYTES = 1 << 20
_BLOCK_BYTES = 1 << 26
_TOLD = 5
_RAGGED, _EMPTY = "wrong number of fields", "empty line"
# A last row of our own: if it does not come back as a row, a quote before it was never closed.
_SENTINEL = "\x02acclimate\x03"


@dataclass(frozen=True)
class _Bad:
    """A row with another number of fields than the header; `row` counts data rows from 1."""

    row: int
    expected: int
    found: int


class Csv(Method):
    """Reads CSV and TSV files as text: `NA`, `None`, `nan` and `02139` stay what they are; only an empty field is null.

    Takes: files with a header line, by `path`; all have the same columns. Quoted fields may hold line breaks. Empty lines
    are no rows; between the rows of a file with one column, where they may be meant as some, they are counted.

    Gives: rows in the order of the sorted file names; text columns, cast ones excepted; `row_id` is
    "file:row", counted from 1 without the header.

    Options: `casts` are asked for, never guessed; a value that does not fit becomes null and is counted.

    When to use: tables from spreadsheets and databases. Parquet keeps types and is faster; `jsonl` holds nested values.

    Source: RFC 4180; pyarrow.csv, without its guessing of types, which turns a drug named NA into null.

    Raises: UserError for rows with too few or too many fields (the first five by file and row), a quote that is never
    closed, bytes outside the encoding, a repeated or missing column, files whose columns differ.
    """

    path: str | tuple[str, ...] = option(..., "file, folder, glob, or list of them; .gz, .xz, .bz2, .zst are unpacked")
    delimiter: str | None = option(None, "the character between fields; by default a tab for .tsv, else a comma")
    quote: Literal['"', "'", ""] = option('"', "the character around fields; empty: quotes are plain text")
    encoding: Encoding = option("utf-8", "how the bytes are to be read as text")
    columns: tuple[str, ...] = option((), "the columns to keep; empty: all")
    casts: dict[str, Cast] = option({}, "column: int, float, bool, date or datetime (ISO 8601)")
    bad_lines: Literal["error", "drop"] = option("error", "what to do with a row that has too few or too many fields")

    @field_validator("delimiter")
    @classmethod
    def _one_character(cls, value: str | None) -> str | None:
        if value is not None and (len(value) != 1 or value in '"\r\n' or not value.isascii()):
            raise ValueError("one ASCII character such as ',' or ';' (in YAML a tab is \"\\t\")")
        return value

    def read(self, where: str) -> tuple[Rows, Counts]:
        """Read all files; see the class."""
        parts = []
        failed: dict[str, int] = {}
        bad = empty = 0
        for file in find(self.path, ENDINGS, where):
            table, bad_rows, failures, empty_lines = self._read_file(file)
            parts.append((file, table))
            bad += len(bad_rows)
            empty += empty_lines
            failed = {key: failed.get(key, 0) + failures.get(key, 0) for key in {**failed, **failures}}
        rows = combine(parts, where)
        dropped = {_RAGGED: bad} if bad else {}
        removed = {_EMPTY: empty} if empty else {}
        return rows, Counts(rows.num_rows + bad + empty, rows.num_rows, dropped, removed, values=failed)

    def inputs(self, where: str) -> Mapping[str, str]:
        """Give the hash of each file."""
        return content_hashes(find(self.path, ENDINGS, where))

    def _read_file(self, file: File) -> tuple[Rows, list[_Bad], dict[str, int], int]:
        data = as_utf_8(read_bytes(file), self.encoding, file)
        delimiter = self.delimiter or ("\t" if file.plain_name.lower().endswith(".tsv") else ",")
        header = self._header(data, delimiter, file)
        need_chosen([*self.columns, *self.casts], header, file.address)
        if self.columns:
            need_chosen(tuple(self.casts), self.columns, file.address)
        refuse_own_columns(self.columns or header, file.address)
        table, bad = self._parse(data, delimiter, header, file)
        if bad and self.bad_lines == "error":
            raise UserError(*_ragged(bad, file))
        missing = {one.row for one in bad}
        total = table.num_rows + len(bad)
        numbers = [row for row in range(1, total + 1) if row not in missing] if bad else range(1, total + 1)
        cast, failed = cast_columns(table.select(list(self.columns or header)), self.casts)
        empty = self._empty_lines(data, delimiter, header, file, table.num_rows)
        return numbered(cast, file.name, numbers), bad, failed, empty

    def _header(self, data: bytes, delimiter: str, file: File) -> list[str]:
        start = data[:_FIRST_BYTES].decode("utf-8", "replace")
        quoting: Any = {"quotechar": self.quote} if self.quote else {"quoting": csv.QUOTE_NONE}
        reader = csv.reader(io.StringIO(start, newline=""), delimiter=delimiter, **quoting)
        header = next((line for line in reader if line), [])
        place = f"{file.address}, header"
        if not header:
            do = "write the names of the columns into the first line"
            raise UserError(Fault(place, "there is no header line", "a name for each column", do))
        if any("\ufffd" in name for name in header):
            decode(data, "utf-8", file)
        unnamed = [str(number) for number, name in enumerate(header, 1) if not name.strip()]
        if unnamed and not self.columns:
            do = "name it in the file's first line, or choose the others with columns: [...]"
            raise UserError(Fault(place, f"column {', '.join(unnamed)} has no name", "a name for each column", do))
        refuse_repeated([name for name in header if name.strip()], place)
        other = next((mark for mark in ";\t|," if len(header) == 1 and mark in header[0]), None)
        if other:
            found = f"only one column, named {header[0][:60]!r}"
            raise UserError(Fault(place, found, f"fields with {delimiter!r} between", f"set delimiter: {other!r}"))
        return header

    def _empty_lines(self, data: bytes, delimiter: str, header: list[str], file: File, rows: int) -> int:
        """Count the empty lines between the rows of a file with one column (else 0)."""
        inner = data.strip(b"\r\n")
        if len(header) > 1 or not re.search(rb"\n\r?\n|\r\r", inner):
            return 0
        with_them, _ = self._parse(inner, delimiter, header, file, empty_lines=True)
        return int(with_them.num_rows) - rows

    def _parse(
        self, data: bytes, delimiter: str, header: list[str], file: File, *, empty_lines: bool = False
    ) -> tuple[Rows, list[_Bad]]:
        """Parse in one thread, since only then pyarrow numbers the rows."""
        import pyarrow.csv

        bad: list[_Bad] = []

        def remember(row: Any) -> str:
            bad.append(_Bad(row.number - 1, row.expected_columns, row.actual_columns))
            return "skip"

        last = delimiter.join([_SENTINEL] * len(header))
        options = pyarrow.csv.ParseOptions(
            delimiter=delimiter,
            quote_char=self.quote or False,
            newlines_in_values=bool(self.quote),
            ignore_empty_lines=not empty_lines,
            invalid_row_handler=remember,
        )
        convert = pyarrow.csv.ConvertOptions(
            column_types={name: pa.string() for name in header}, null_values=[""], strings_can_be_null=True
        )
        reading = pyarrow.csv.ReadOptions(use_threads=False, block_size=_BLOCK_BYTES)
        stream = pa.BufferReader(b"".join((data, b"\n", last.encode(), b"\n")))
        try:
            table = pyarrow.csv.read_csv(stream, reading, options, convert)
        except pa.ArrowInvalid as error:
            decode(data, "utf-8", file)
            raise UserError(_unreadable(str(error), file)) from None
        _check_end(table, bad, file)
        return table.slice(0, table.num_rows - 1), bad


def _check_end(table: Rows, bad: list[_Bad], file: File) -> None:
    if table.num_rows and table.column(0)[-1].as_py() == _SENTINEL:
        return
    row = max([table.num_rows + len(bad), *(one.row for one in bad)])
    found = "a quote that opens in this row is never closed; all that follows would be one value"
    raise UserError(Fault(f"{file.address}, row {row}", found, "quotes in pairs", _CLOSE_IT))


_CLOSE_IT = "close it, double it if it belongs to the value, or set quote: '' if quotes mean nothing in this file"


def _unreadable(error: str, file: File) -> Fault:
    if "straddl" in error:
        return Fault(file.address, "a row of more than 64 MiB, most likely a quote never closed", "", _CLOSE_IT)
    return Fault(file.address, f"can't be read as CSV: {error}", "", "mend the file")


def _ragged(bad: list[_Bad], file: File) -> list[Fault]:
    """Name the first few rows; the last fault says what can be done about all."""
    do = "mend the rows (a delimiter inside a value needs quotes around it), or set bad_lines: drop"
    faults = []
    for number, one in enumerate(bad[:_TOLD], 1):
        more = f"; {len(bad)} rows in all are wrong" if number == min(len(bad), _TOLD) and len(bad) > 1 else ""
        last = number == min(len(bad), _TOLD)
        found = f"{one.found} fields{more}"
        place = f"{file.address}, row {one.row}"
        faults.append(Fault(place, found, f"{one.expected}, as in the header", do if last else ""))
    return faults
