"""Which tables DATA holds, and what the recipe has to say to read each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from acclimate.core.errors import Fault, UserError
from acclimate.core.registry import resolve
from acclimate.core.rows import ROW_ID, Rows
from acclimate.pipeline.init.columns import Column, columns_of
from acclimate.pipeline.init.hub_folder import ROLE_NAMES, split_names
from acclimate.sources.ending import FORMATS, name_for
from acclimate.sources.files import COMPRESSIONS, File, find

_WHERE = "DATA"
_TEXTS = ("text", "documents")
_WHOLE_BYTES, _WHOLE_PACKED_BYTES = 64_000_000, 8_000_000
_FIRST_ROWS = 20_000
_BESIDE = re.compile(r"(readme|licen[cs]e|source|notice|changelog|citation)[^/]*", re.IGNORECASE)
_PART = re.compile(r"[-_. ]*\d+([-_]of[-_]\d+)?$")
_SETTING = re.compile(r"set (encoding|delimiter): ('[^']+'|[\w-]+(?: or [\w-]+)*)")
_FEW_FILES = 20
_MOST_LOST = 0.05


@dataclass(frozen=True)
class Table:
    """A table of the data.

    `sources` is what the recipe says for each role; `rows` are all of its training rows, or the first ones if not `whole`.
    """

    name: str
    sources: dict[str, Any]
    rows: Rows
    whole: bool = True
    size: int = 0
    notes: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()

    def column(self, name: str) -> Column:
        """Give what is known of a column."""
        return next(one for one in self.columns if one.name == name)


@dataclass(frozen=True)
class Found:
    """What there is: tables, and what was left out, in sentences."""

    data: str
    tables: tuple[Table, ...]
    left_out: tuple[str, ...] = ()


@dataclass
class _Part:
    """Files that make one table."""

    stem: str
    format: str
    paths: list[str] = field(default_factory=list)
    size: int = 0


def look(data: str) -> Found:
    """Find the tables of DATA (a file, a folder, a glob, an address) and look at their columns.

    Raises: UserError if nothing is there, nothing can be read, or a file is broken.
    """
    splits = split_names(data)
    if splits:
        return _of_hub_folder(data, splits)
    there = find(data, tuple(FORMATS), _WHERE)
    files = [file for file in there if not _is_beside(file)]
    if not files:
        raise UserError(Fault(_WHERE, f"{data} holds no data, only a README or the like", ", ".join(FORMATS), _DO))
    formats = {file.name: name_for(_path(data, file), _WHERE) for file in files}
    texts = [file for file in files if formats[file.name] in _TEXTS]
    tables = [file for file in files if formats[file.name] not in _TEXTS]
    if len(texts) > len(tables):
        path: Any = data if len(texts) == len(there) or len(texts) > _FEW_FILES else [_path(data, one) for one in texts]
        left = _left(tables, "documents are more")
        return Found(data, (_with_columns(_of_documents(path, texts, formats)),), left)
    found, left = _of_tables(data, tables, formats, alone=len(there) == len(tables))
    return Found(data, found, (*_left(texts, "tables are more"), *left))


_DO = "name a file, a folder of files, or a glob"


def _is_beside(file: File) -> bool:
    """A README, a licence: text that lies beside data and is none."""
    last = file.plain_name.rpartition("/")[2]
    return bool(_BESIDE.fullmatch(last)) and last.lower().endswith((".md", ".txt", ".html"))


def _left(files: list[File], why: str) -> tuple[str, ...]:
    names = ", ".join(file.name for file in files[:3]) + (", ..." if len(files) > 3 else "")
    return (f"{names}: left out, {why}",) if files else ()


def _path(data: str, file: File) -> str:
    """Give the path of a file as the recipe says it: relative where DATA is."""
    if re.search(r"[*?\[]", data):
        return file.address
    folder = data.endswith("/") if "://" in data else Path(data).expanduser().is_dir()
    inside = folder or ("://" in data and not data.endswith(file.name))
    return f"{data.rstrip('/')}/{file.name}" if inside else data


def _size(file: File) -> int:
    return int(file.system.info(file.path).get("size") or 0)


def _of_hub_folder(data: str, splits: Mapping[str, str]) -> Found:
    sources = {role: {"name": "hub", "path": data, "split": split} for role, split in splits.items()}
    rows, notes, _ = _read_whole(sources["train"], "hub")
    return Found(data, (_with_columns(Table("rows", sources, rows, notes=notes)),))


def _of_documents(path: Any, files: list[File], formats: Mapping[str, str]) -> Table:
    """One table of all documents: a row each, or a paragraph or line each where there are only a few of plain text."""
    size = sum(_size(file) for file in files)
    if any(formats[file.name] == "documents" for file in files):
        source: dict[str, Any] = {"name": "documents", "path": path}
        rows, notes, said = _read_whole(source, "documents", {"on_error": "drop"})
        return Table("rows", {"train": said}, rows, size=size, notes=notes)
    ways = ("document",) if len(files) >= _FEW_FILES else ("paragraph", "line")
    for sample_by in ways:
        source = {"name": "text", "path": path, **({} if sample_by == "document" else {"sample_by": sample_by})}
        rows, notes, said = _read_whole(source, "text")
        if rows.num_rows >= _FEW_FILES:
            break
    return Table("rows", {"train": said}, rows, size=size, notes=notes)


def _of_tables(
    data: str, files: list[File], formats: Mapping[str, str], *, alone: bool
) -> tuple[tuple[Table, ...], tuple[str, ...]]:
    """Files of one name up to a number are one table; of one table in two formats one is read."""
    parts: dict[tuple[str, str], _Part] = {}
    for file in files:
        stem = _stem(file)
        part = parts.setdefault((stem, formats[file.name]), _Part(stem, formats[file.name]))
        part.paths.append(_path(data, file))
        part.size += _size(file)
    kept: dict[str, _Part] = {}
    for part in sorted(parts.values(), key=lambda one: one.format != "parquet"):
        kept.setdefault(part.stem, part)
    twice = [path.rpartition("/")[2] for part in parts.values() if part is not kept[part.stem] for path in part.paths]
    left = [f"{', '.join(twice)}: left out, there is a table of the same name in another format"] if twice else []
    read = []
    for part in sorted(kept.values(), key=lambda one: one.stem):
        try:
            read.append(_table(part, data if alone and len(parts) == 1 else None))
        except UserError as error:
            if len(kept) == 1:
                raise
            left.append(f"{part.paths[0]}: left out, it can't be read ({error.faults[0].found})")
    if not read:
        raise UserError(Fault(_WHERE, f"no table in {data} can be read", "", "; ".join(left[:3])))
    return tuple(_with_columns(table) for table in _named(by_role(read))), tuple(left)


def _stem(file: File) -> str:
    plain = file.plain_name
    ending = next((end for end in FORMATS if plain.lower().endswith(end)), "")
    stem = plain[: len(plain) - len(ending)]
    return _PART.sub("", stem) or stem


def _table(part: _Part, folder: str | None) -> Table:
    """Read one table. `folder`: where its files and nothing else lie."""
    path: Any = part.paths[0] if len(part.paths) == 1 else folder or part.paths
    packed = part.paths[0].lower().endswith(COMPRESSIONS)
    if part.size > (_WHOLE_PACKED_BYTES if packed else _WHOLE_BYTES):
        rows = _first_rows(part.paths[0], part.format)
        if rows is not None:
            note = f"only the first {rows.num_rows:,} rows of {part.size / 1e6:,.0f} MB were looked at"
            return Table(part.stem, {"train": path}, rows, whole=False, size=part.size, notes=(note,))
    rows, notes, source = _read_whole({"name": part.format, "path": path}, part.format)
    plain = path if set(source) == {"name", "path"} and isinstance(path, str) else source
    return Table(part.stem, {"train": plain}, rows, size=part.size, notes=notes)


def by_role(tables: list[Table]) -> list[Table]:
    """Tables called train, dev, test that have the same columns are roles of one."""
    roles = {role: table for table in tables for role, names in ROLE_NAMES.items() if table.name.lower() in names}
    same = len({tuple(table.rows.column_names) for table in tables}) == 1
    if len(roles) != len(tables) or "train" not in roles or len(tables) < 2 or not same:
        return tables
    sources = {role: roles[role].sources["train"] for role in ROLE_NAMES if role in roles}
    return [replace(roles["train"], name="rows", sources=sources)]


def _read_whole(
    source: dict[str, Any], name: str, otherwise: Mapping[str, Any] | None = None
) -> tuple[Rows, tuple[str, ...], dict[str, Any]]:
    """Read a source as a run would, with the settings that its own messages name (encoding, delimiter) if it needs some.

    Takes: `otherwise`, settings for what no message helps with. Gives: rows, what to say, and the source with its
    settings. Raises: UserError, the first one, if that does not help.
    """
    try:
        rows, _ = _read(source, name)
        return rows, (), source
    except UserError as error:
        found = _read_otherwise(source, name, error, otherwise or {})
        if found is None:
            raise
        rows, settings = found
        said = ", ".join(f"{key}: {value!r}" for key, value in settings.items())
        return rows, (f"read with {said}, since otherwise: {error.faults[0].found}",), {**source, **settings}


def _read_otherwise(
    source: dict[str, Any], name: str, error: UserError, otherwise: Mapping[str, Any]
) -> tuple[Rows, dict[str, Any]] | None:
    """Follow the advice of an error, and of the next one; of several encodings take the one that reads best."""
    advice = _SETTING.search(error.faults[-1].do)
    values = [value.strip("'") for value in advice[2].split(" or ")] if advice else []
    ways = [{advice[1]: "\t" if value == "\\t" else value} for value in values] if advice else []
    read = []
    for way in ways or ([dict(otherwise)] if otherwise else []):
        if set(way) & set(source):
            continue
        try:
            rows, lost = _read({**source, **way}, name)
            if lost <= _MOST_LOST:
                read.append((rows, way))
        except UserError as next_error:
            deeper = _read_otherwise({**source, **way}, name, next_error, {})
            read += [(deeper[0], {**way, **deeper[1]})] if deeper else []
    return min(read, key=lambda one: _garbled(one[0])) if read else None


def _garbled(rows: Rows) -> int:
    """Count what Chinese looks like in a Western encoding: letters with accents side by side."""
    return len(re.findall("[\u0080-\u00ff]{2}", str(rows.column_names) + str(rows.slice(0, 50).to_pylist())))


def _read(source: Mapping[str, Any], name: str) -> tuple[Rows, float]:
    """Give the rows of a source, and the share of them that was lost."""
    options = {
        key: tuple(value) if isinstance(value, list) else value for key, value in source.items() if key != "name"
    }
    rows, counts = resolve("sources", name)(**options).read(_WHERE)
    return rows, sum(counts.dropped.values()) / max(1, counts.rows_in)


def _first_rows(path: str, name: str) -> Rows | None:
    """Give the first rows of a large local file by DuckDB, or None where it can't (the source then reads it whole)."""
    import duckdb

    if "://" in path or path.endswith((".xz", ".bz2")) or name not in ("csv", "jsonl", "parquet"):
        return None
    reader = {
        "csv": "read_csv(?, all_varchar = true, header = true)",
        "jsonl": "read_json(?)",
        "parquet": "read_parquet(?)",
    }
    try:
        with duckdb.connect(":memory:") as connection:
            query = f"SELECT * FROM {reader[name]} LIMIT {_FIRST_ROWS}"  # noqa: S608  nothing of it comes from outside
            found: Rows = connection.sql(query, params=[str(Path(path).expanduser())]).to_arrow_table()
    except duckdb.Error:
        return None
    ids = pa.array([f"row:{number}" for number in range(1, found.num_rows + 1)], pa.string())
    return found.add_column(0, ROW_ID, ids)


def _named(tables: Iterable[Table]) -> list[Table]:
    """Give each table a name that SQL takes without quotes, each once."""
    from acclimate.pipeline.init.query import is_plain

    taken: set[str] = set()
    named = []
    for table in tables:
        name = re.sub(r"\W+", "_", table.name.rpartition("/")[2].lower(), flags=re.ASCII).strip("_") or "rows"
        name = name if is_plain(name) else f"{name}_table"
        name = next(
            one for one in (name, *(f"{name}_{n}" for n in range(2, 1000))) if is_plain(one) and one not in taken
        )
        taken.add(name)
        named.append(replace(table, name=name))
    return named


def _with_columns(table: Table) -> Table:
    return replace(table, columns=columns_of(table.rows))
