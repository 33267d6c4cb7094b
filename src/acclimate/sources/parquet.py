"""Source `parquet`: Parquet files with their own types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from acclimate.core.errors import Fault, UserError
from acclimate.core.method import Method, option
from acclimate.core.rows import Counts, Rows
from acclimate.sources.assemble import combine, need_chosen, numbered, refuse_own_columns, refuse_repeated
from acclimate.sources.files import File, content_hashes, find, reaching, read_bytes

ENDINGS = (".parquet",)


class Parquet(Method):
    """Reads Parquet files; types stay as stored, but text is plain text however it was stored (dictionary, large).

    Takes: files by `path`; all have the same columns and types (a column without values fits any).

    Gives: rows in the order of the sorted file names; `row_id` is "file:row", counted from 1.

    Options: `columns` reads only these, which is also faster.

    When to use: the format to prefer for much data, and what other programs hand over. `csv` and `jsonl` are for
    files that people look at.

    Source: parquet.apache.org; pyarrow.parquet.

    Raises: UserError naming a damaged file, a missing column, and the first file and column whose type differs.
    """

    path: str | tuple[str, ...] = option(..., "file, folder, glob, or list of them")
    columns: tuple[str, ...] = option((), "the columns to keep; empty: all")

    def read(self, where: str) -> tuple[Rows, Counts]:
        """Read all files; see the class."""
        parts = [(file, self._read_file(file)) for file in find(self.path, ENDINGS, where)]
        rows = combine(parts, where)
        return rows, Counts(rows.num_rows, rows.num_rows)

    def inputs(self, where: str) -> Mapping[str, str]:
        """Give the hash of each file."""
        return content_hashes(find(self.path, ENDINGS, where))

    def _read_file(self, file: File) -> Rows:
        with reaching(file.address, file.address), _stream(file) as stream:
            try:
                table = self._read_columns(stream, file)
            except (pa.ArrowException, OSError) as error:
                found = f"not a whole Parquet file: {str(error).splitlines()[0]}"
                raise UserError(Fault(file.address, found, "a Parquet file", "write or copy it again")) from None
        table = pa.table({name: _plain(table.column(name)) for name in table.column_names})
        return numbered(table, file.name, range(1, table.num_rows + 1))

    def _read_columns(self, stream: Any, file: File) -> Rows:
        import pyarrow.parquet

        opened = pyarrow.parquet.ParquetFile(stream)
        there = opened.schema_arrow.names
        refuse_repeated(there, file.address)
        need_chosen(self.columns, there, file.address)
        names = list(self.columns or there)
        refuse_own_columns(names, file.address)
        return opened.read(columns=names).select(names)


def _stream(file: File) -> Any:
    compressed = file.plain_name != file.name
    return pa.BufferReader(read_bytes(file)) if compressed else file.system.open(file.path, "rb")


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Undo what writers do to text to save space, so that files of different writers agree."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_large_string(column.type) or pa.types.is_string_view(column.type):
        column = column.cast(pa.string())
    return column
