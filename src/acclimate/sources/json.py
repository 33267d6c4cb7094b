"""Source `json`: files that hold one array of objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from acclimate.core.errors import Fault, UserError
from acclimate.core.method import Method, option
from acclimate.core.rows import ROW_ID, Counts, Rows
from acclimate.sources.assemble import need_chosen, refuse_own_columns, row_ids
from acclimate.sources.encoding import Encoding, decode
from acclimate.sources.files import File, content_hashes, find, read_bytes
from acclimate.sources.json_array import Item, items
from acclimate.sources.json_questions import questions
from acclimate.sources.json_types import as_text, column_of, kept_as_text

ENDINGS = (".json",)
_BATCH_CHARS = 1 << 22


class _MixedError(Exception):
    """Holds the name of a key whose values, some of them nested, have no common type."""


class Json(Method):
    """Reads one JSON array of objects a file: each object a row, each key a column.

    Takes: files by `path`: `[{...}, {...}]`, or with `field: data` an object `{"data": [{...}, ...]}`. Of SQuAD's own files
    (articles with `paragraphs`, these with `qas`) each question is a row, with its `context` and `title`.

    Gives: rows in the order of the sorted file names. A key that an object lacks is null there; nested objects and
    lists stay nested (Arrow structs and lists, whole numbers beside fractions become fractions). A column with nested
    values that have no common type holds all its values as JSON text, counted under `values`. `row_id` is
    "file:object", counted from 1.

    Options: `field` names the key of the array where the file holds an object.

    When to use: exports and data sets that come as one array. It is read a part at a time, but `jsonl` (a line an
    object) and `parquet` are the better formats for much data.

    Source: RFC 8259; `field` as in datasets.load_dataset("json").

    Raises: UserError for broken JSON and for what is no object, by file and line; for a file of another layout; for a
    key that holds text in one object and a number in another.
    """

    path: str | tuple[str, ...] = option(..., "file, folder, glob, or list of them; .gz, .xz, .bz2, .zst are unpacked")
    field: str | None = option(None, "the key under which the array stands; by default the file is the array")
    encoding: Encoding = option("utf-8", "how the bytes are to be read as text")
    columns: tuple[str, ...] = option((), "the keys to keep; empty: all")

    def read(self, where: str) -> tuple[Rows, Counts]:
        """Read all files; see the class."""
        files = find(self.path, ENDINGS, where)
        texts: set[str] = set()
        rows = None
        while rows is None:
            try:
                rows = self._read_all(files, frozenset(texts), where)
            except _MixedError as mixed:
                texts.add(str(mixed))
        return rows, Counts(rows.num_rows, rows.num_rows, values=kept_as_text(rows, texts))

    def inputs(self, where: str) -> Mapping[str, str]:
        """Give the hash of each file."""
        return content_hashes(find(self.path, ENDINGS, where))

    def _read_all(self, files: list[File], texts: frozenset[str], where: str) -> Rows:
        parts = [part for file in files for part in self._read_file(file, texts)]
        if not parts:
            read = ", ".join(file.address for file in files[:3])
            raise UserError(Fault(where, f"not one row in {read}", "at least one object", "fill the file"))
        there = list(dict.fromkeys(name for part in parts for name in part.column_names[1:]))
        need_chosen(self.columns, there, where)
        names = list(self.columns or there)
        refuse_own_columns(names, where)
        try:
            return pa.concat_tables(parts, promote_options="permissive").select([ROW_ID, *names]).combine_chunks()
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise _disagreement(parts, names, str(error), where) from None

    def _read_file(self, file: File, texts: frozenset[str]) -> list[Rows]:
        text = decode(read_bytes(file), self.encoding, file)
        parts, first = [], 1
        for batch in _batches(questions(items(text, self.field, file))):
            parts.append(self._table(batch, first, file, texts))
            first += len(batch)
        return parts

    def _table(self, batch: list[Item], first: int, file: File, texts: frozenset[str]) -> Rows:
        names = list(dict.fromkeys(name for item in batch for name in item.value))
        kept = [name for name in names if not self.columns or name in self.columns]
        places = [f"{file.address}, object {number}" for number in range(first, first + len(batch))]
        table = pa.table({ROW_ID: row_ids(file.name, range(first, first + len(batch)))})
        for name in kept:
            values = [item.value.get(name) for item in batch]
            table = table.append_column(name, _array(values, name, places, texts))
        return table


def _batches(found: Iterator[Item]) -> Iterator[list[Item]]:
    """Give objects together until they fill some megabytes: their Python form needs many times their text."""
    batch: list[Item] = []
    chars = 0
    for item in found:
        batch.append(item)
        chars += item.chars
        if chars >= _BATCH_CHARS:
            yield batch
            batch, chars = [], 0
    if batch:
        yield batch


def _array(values: list[Any], name: str, places: list[str], texts: frozenset[str]) -> pa.Array:
    if name in texts:
        return as_text(values)
    try:
        return column_of(values, name, places)
    except UserError:
        if any(isinstance(one, list | dict) for one in values):
            raise _MixedError(name) from None
        raise


def _disagreement(parts: list[Rows], names: list[str], said: str, where: str) -> Exception:
    """Find the first column whose parts have no common type: _MixedError if values of it are nested, else UserError."""
    for name in names:
        having = [part for part in parts if name in part.column_names]
        try:
            pa.concat_tables([part.select([name]) for part in having], promote_options="permissive")
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            if any(pa.types.is_nested(part.schema.field(name).type) for part in having):
                return _MixedError(name)
            values = [value for part in having for value in part.column(name).to_pylist()]
            try:
                column_of(values, name, [row_id for part in having for row_id in part.column(ROW_ID).to_pylist()])
            except UserError as error:
                return error
    return UserError(Fault(where, f"the objects have no common types: {said.splitlines()[0]}", "one type a key", ""))
