"""Which column of a table is the text of a class, and which its label."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from acclimate.core.errors import Fault, UserError
from acclimate.core.identifiers.columns import words_of
from acclimate.objective.class_rows import NAMES, SCORES, TEXTS, texts_of
from acclimate.pipeline.init.columns import Column
from acclimate.pipeline.init.tables import Table
from acclimate.pipeline.init.texts import LABEL, text_columns
from acclimate.prepare.columns import texts

_WHERE = "DATA"
_MOST_LABELS, _FEW_ROWS = 100, 5
_FLAGS = {"0", "1", "0.0", "1.0", "true", "false", "True", "False"}


@dataclass(frozen=True)
class Classes:
    """The columns; `options` of `classify` where their names alone do not tell."""

    text: str
    pair: str | None
    labels: tuple[str, ...]
    options: dict[str, Any]
    said: str


def class_columns(table: Table, label: str | None) -> Classes:
    """Find text and label by their usual names, else by what the columns hold. Raises: UserError naming the columns there are."""
    there = table.rows.column_names
    named, pair = texts_of(table.rows, None, None, [label] if label else [])
    text = named or _free_text(table)
    labels = (label,) if label else _labels(table, text)
    options: dict[str, Any] = {} if named else {"text_column": text}
    score = len(labels) == 1 and _is_score(table, labels[0])
    if score:
        options |= {"label_column": labels[0], "kind": "score"}
    elif labels != (next((name for name in NAMES if name in there), None),):
        options["label_column"] = labels[0] if len(labels) == 1 else labels
    said = f"text: {text}{f' and {pair}' if pair else ''}; {'score' if score else 'label'}: {', '.join(labels)}"
    return Classes(text, pair, labels, options, said + ("" if score else _rare(table, labels)))


def _free_text(table: Table) -> str:
    found = [one for one in text_columns(table) if one.kind == "text"]
    if not found:
        columns = ", ".join(column.name for column in table.columns)
        raise UserError(
            Fault(_WHERE, f"{table.name} has no column of texts", columns, f"call it {TEXTS[0]}, or one of {', '.join(TEXTS[1:])}")
        )  # fmt: skip
    return max(found, key=lambda one: one.length).name


def _labels(table: Table, text: str) -> tuple[str, ...]:
    """Give the column of the label, or several that hold 0 or 1."""
    columns = [one for one in table.columns if one.name != text]
    there = [one.name for one in columns]
    usual = [name for name in (*NAMES, *SCORES) if name in there]
    likely = [one.name for one in columns if LABEL.search(words_of(one.name)) and 2 <= one.distinct <= _MOST_LABELS]
    if usual or likely:
        return ((usual or likely)[0],)
    flags = tuple(one.name for one in columns if _is_flag(table, one))
    if len(flags) > 1:
        return flags
    raise UserError(
        Fault(
            _WHERE, f"no column of {table.name} looks like a label", ", ".join(there), "name it: --task classify:COLUMN"
        )
    )


def _is_flag(table: Table, column: Column) -> bool:
    if column.kind in ("nested", "empty") or column.distinct > 2:
        return False
    return all(value is None or value in _FLAGS for value in texts(table.rows, column.name, _WHERE))


def _is_score(table: Table, name: str) -> bool:
    """Say whether a column holds numbers that count no classes."""
    column = table.column(name)
    if column.kind != "number":
        return False
    values = [float(value) for value in texts(table.rows, name, _WHERE) if value is not None]
    return column.distinct > _MOST_LABELS or any(value != int(value) for value in values)


def _rare(table: Table, labels: tuple[str, ...]) -> str:
    """Say that labels may miss the training rows."""
    if len(labels) > 1 or table.column(labels[0]).kind == "nested":
        return ""
    counts = Counter(value for value in texts(table.rows, labels[0], _WHERE) if value is not None)
    few = sum(1 for count in counts.values() if count < _FEW_ROWS)
    alone = "one that no training row has is an error: give it more rows, or leave it out"
    return f"; {few} of {len(counts)} labels have fewer than {_FEW_ROWS} rows: {alone}" if few else ""
