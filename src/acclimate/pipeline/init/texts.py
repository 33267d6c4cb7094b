"""Tables whose rows are texts: which columns, put together how."""

from __future__ import annotations

import re
from collections.abc import Sequence

from acclimate.core.identifiers.columns import words_of
from acclimate.core.rows import ROW_ID
from acclimate.pipeline.init.columns import Column
from acclimate.pipeline.init.fields import as_text, without_group
from acclimate.pipeline.init.keys import Group, values_of
from acclimate.pipeline.init.layout import Layout, identifying, sources_of
from acclimate.pipeline.init.query import key_of, listed, quoted
from acclimate.pipeline.init.tables import Table

_PARTS = re.compile(
    r"_(title|question|answer|prompt|response|instruction|input|output|context|ask|headline|abstract|summary|body|query|reply)s?_"
    r"|标题|问题|提问|回答|答案|内容|正文|摘要"
)
LABEL = re.compile(
    r"_(label|labels|class|category|sentiment|target|topic|department|rating|stars)_|标签|类别|科室|情感"
)
_DOCUMENTS = ("file", "document", "doc_id", "document_id", "url")
_PAIRS = ("question", "prompt", "instruction", "ask", "问题", "提问")


def text_columns(table: Table) -> list[Column]:
    """Give the columns that are texts: `text` alone if there is one, else all that are written freely."""
    plain = [one for one in table.columns if one.name == "text" and one.has_words]
    free = [one for one in table.columns if one.kind == "text"]
    if plain or not free:
        return plain
    named = [
        one for one in table.columns
        if one.kind == "words" and one.distinct > 0.3 * one.filled and _PARTS.search(words_of(one.name))
    ]  # fmt: skip
    return [one for one in table.columns if one in free or one in named]


def text_layout(tables: Sequence[Table], group: Group | None) -> Layout:
    """Give the layout for tables of texts: each row is a text, the columns of one row stand below each other."""
    read = [table for table in tables if text_columns(table)]
    by = _split_by(read, group)
    query = _query(read, by)
    names = {table.name: [one.name for one in text_columns(table)] for table in read}
    said = [f"{table.name}: the text is {' + '.join(names[table.name])}" for table in read] + _tasks(read)
    unused = [
        f"{table.name}: not read: "
        + ", ".join(one.name for one in table.columns if one.name not in names[table.name] and one.kind != "identifier")
        for table in read
        if any(one.name not in names[table.name] and one.kind != "identifier" for one in table.columns)
    ]
    unused += [] if by is None else without_group(by, read)
    unused += [f"{table.name}: left out, it has no column of texts" for table in tables if table not in read]
    alias = (
        None if by is None else key_of(next(iter(by.members.values()))) if query else next(iter(by.members.values()))
    )
    groups = (
        _row_ids(read) if by is None else sorted(set().union(*(values_of(one, by.members[one.name]) for one in read)))
    )
    return Layout(
        sources_of(read), tuple(query), None, alias, tuple(groups), identifying(read), tuple(unused), tuple(said)
    )


def _split_by(read: Sequence[Table], group: Group | None) -> Group | None:
    """Give what a split must keep together: what was asked for or found, else the file or document of a text."""
    if group is not None and all(table.name in group.members for table in read):
        return group
    for name in _DOCUMENTS:
        members = {
            table.name: column.name
            for table in read
            for column in table.columns
            if column.name == name and column.distinct >= 3 and column.filled == table.rows.num_rows
        }
        if len(members) == len(read):
            return Group(name, members)
    return None


def _row_ids(read: Sequence[Table]) -> list[str]:
    if len(read) == 1:
        return list(map(str, read[0].rows.column(ROW_ID).to_pylist()))
    return [f"sql:{number}" for number in range(1, sum(table.rows.num_rows for table in read) + 1)]


def _query(read: Sequence[Table], by: Group | None) -> list[str]:
    """Give the query, or nothing where the table has its text already and no rows without a group."""
    whole = len(read) == 1 and [one.name for one in text_columns(read[0])] == ["text"]
    if whole and (by is None or read[0].column(by.members[read[0].name]).filled == read[0].rows.num_rows):
        return []
    lines = []
    for number, table in enumerate(read):
        columns = [(ROW_ID, ROW_ID)] if len(read) == 1 else []
        where = ""
        if by is not None:
            member = by.members[table.name]
            columns.append((key_of(next(iter(by.members.values()))), as_text(table, member)))
            where = f" WHERE {quoted(member)} IS NOT NULL" if table.column(member).filled < table.rows.num_rows else ""
        before = "UNION ALL SELECT " if number else "SELECT "
        columns.append(("text", _joined(table)))
        lines.append(before + ", ".join(listed(columns)))
        lines.append(f"FROM {'rows' if len(read) == 1 else table.name}{where}")
    return lines


def _joined(table: Table) -> str:
    """Write the columns below each other; an empty one leaves no line, and a row without any has no text."""
    names = [quoted(one.name) for one in text_columns(table)]
    if len(names) == 1:
        return names[0]
    return f"nullif(concat_ws(chr(10), {', '.join(names)}), '')"


def _tasks(read: Sequence[Table]) -> list[str]:
    """Say which tasks the data would serve."""
    said = []
    for table in read:
        names = [one.name for one in table.columns]
        pair = [name for name in names if any(part in name.lower() for part in _PAIRS)]
        label = [one for one in table.columns if LABEL.search(words_of(one.name)) and 2 <= one.distinct <= 100]
        if pair:
            said.append(f"{table.name}: {pair[0]} and its answer are learnt as text; `--task sft` learns to answer")
        if label:
            said.append(
                f"{table.name}: {label[0].name} ({label[0].distinct} values) is not learnt; `--task classify` learns it"
            )
        if any(one.kind == "nested" and one.name in ("messages", "conversations") for one in table.columns):
            said.append(f"{table.name}: conversations are not read; `--task sft` learns from them")
    return said
