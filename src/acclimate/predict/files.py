"""Answers into files: CSV, JSONL or Parquet by ending, row by row as they come, whole or not at all."""

from __future__ import annotations

import base64
import csv
import itertools
import json
import math
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from acclimate.core.errors import Fault, UserError
from acclimate.core.rows import Rows, replace_column
from acclimate.predict.answers import Line, types

Chunk = tuple[Rows, list[Line]]
ENDINGS = (".csv", ".jsonl", ".parquet")
_WHERE = "--output"


def write(path: Path, chunks: Iterable[Chunk]) -> int:
    """Write rows with their answers beside their own columns; give how many. What stood there is replaced at the end.

    An answer's column whose name the rows have already is called `predicted_NAME` (or `predicted_NAME_2`, ...: every column
    of the rows is kept). In CSV, lists and mappings are JSON. Bytes are base64, and in JSON numbers that are none are null.
    Raises: UserError for another ending, or a place that can't be written.
    """
    if path.suffix not in ENDINGS:
        raise UserError(Fault(_WHERE, f"{path.name}", ", ".join(ENDINGS), "name a file with one of these endings"))
    writer = {".csv": _csv, ".jsonl": _jsonl, ".parquet": _parquet}[path.suffix]
    with _beside(path) as temporary:
        return writer(temporary, chunks)


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    temporary = path.with_name(f".{path.name}.part")
    try:
        temporary.open("wb").close()
    except OSError as error:
        raise UserError(
            Fault(_WHERE, f"{path}: {error.strerror}", "a file in a folder that is there", "name another")
        ) from None
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def of_texts(
    named: Iterable[tuple[str, str]], column: str, answer: Callable[[list[str], list[str]], list[Line]]
) -> Iterator[Chunk]:
    """Give texts in a column, with their answers. Takes: `named`, of each text its name for messages and the text itself;
    `answer`, which is given texts and names. Raises: UserError if there are none.
    """
    names, texts = [list(some) for some in zip(*named, strict=True)] or ([], [])
    if not texts:
        raise UserError(Fault("-", "no line came in", "a text a line", "pipe lines in, or name a file or a text"))
    yield pa.table({column: texts}), answer(texts, names)


def _joined(chunks: Iterable[Chunk]) -> Iterator[Line]:
    for rows, answers in chunks:
        yield from (joined(row, line) for row, line in zip(rows.to_pylist(), answers, strict=True))


def joined(row: dict[str, Any], line: Line) -> Line:
    """Give a row with its answer; where both have a name, the answer's begins with predicted_."""
    return {**row, **{_name(key, row): value for key, value in line.items()}}


def _name(key: str, there: Container[str]) -> str:
    """Give the first name that is free."""
    if key not in there:
        return key
    name = f"predicted_{key}"
    numbered = (f"{name}_{number}" for number in itertools.count(2))
    return next(one for one in itertools.chain([name], numbered) if one not in there)


def as_json(value: Any) -> str:
    """Write strict JSON: NaN and infinity are null, bytes base64; dates and decimals are text."""
    return json.dumps(_plain(value), ensure_ascii=False, allow_nan=False, default=str)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _csv(path: Path, chunks: Iterable[Chunk]) -> int:
    count, writer = 0, None
    with path.open("w", encoding="utf-8", newline="") as file:
        for row in _joined(chunks):
            if writer is None:
                writer = csv.DictWriter(file, list(row))
                writer.writeheader()
            writer.writerow({key: _cell(value) for key, value in row.items()})
            count += 1
    return count


def _cell(value: Any) -> Any:
    return as_json(value) if isinstance(value, list | dict) else _plain(value) if isinstance(value, bytes) else value


def _jsonl(path: Path, chunks: Iterable[Chunk]) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for row in _joined(chunks):
            file.write(as_json(row) + "\n")
            count += 1
    return count


def _parquet(path: Path, chunks: Iterable[Chunk]) -> int:
    count, writer = 0, None
    try:
        for rows, answers in chunks:
            table = _table(rows, answers)
            writer = writer or pq.ParquetWriter(path, table.schema)
            writer.write_table(table)
            count += table.num_rows
    finally:
        if writer is not None:
            writer.close()
    return count


def _table(rows: Rows, answers: list[Line]) -> pa.Table:
    """Give rows with their answers. A column's type is the same in every chunk, whatever is empty in it."""
    table = rows.replace_schema_metadata(None)
    for key, kind in types(answers[0]).items():
        column = pa.array([line[key] for line in answers], kind)
        table = replace_column(table, _name(key, rows.column_names), column)
    return table
