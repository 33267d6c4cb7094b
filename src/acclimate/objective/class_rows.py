"""How people write rows with labels, and the columns that `classify` makes of them.

`labels` (list of names, empty: none holds), or `score` (a number), and `text_pair` where there are two texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from acclimate.core.errors import Fault, UserError, nearest
from acclimate.core.rows import (
    OWN_COLUMNS,
    ROLE,
    ROW_ID,
    Counts,
    Rows,
    called,
    is_text,
    need_columns,
    need_text,
    replace_column,
    without,
)
from acclimate.objective.class_cells import flag, is_label, labels_of, namer, number, written_alike
from acclimate.objective.class_paths import said_of_paths

LABELS, SCORE, PAIR = "labels", "score", "text_pair"
TEXTS = ("text", "sentence", "sentence1", "review", "content", "abstract", "premise", "question", "document")
PAIRS = ("text_pair", "sentence2", "hypothesis")
_TOGETHER = {
    "question": ("sentence", "passage", "context", "paragraph", "document", "answer"),
    "query": ("passage", "document", "context"),
    "claim": ("evidence",),
    "question1": ("question2",),
    "text1": ("text2",),
    "text_a": ("text_b",),
}
"""Two columns that are a pair where both are there, though the second alone would be a text."""
NAMES = ("label", "labels", "sentiment", "class", "category", "target")
SCORES = ("score", "label", "rating", "target")
_SHOWN = 5
_TAKE_OUT = "mend them, or take them out (prepare: clean with required)"


@dataclass(frozen=True)
class ClassColumns:
    """Which columns hold what; more than one in `labels`: one for each label, with 0 and 1."""

    text: str
    pair: str | None
    labels: tuple[str, ...]
    kind: str | None


def find_columns(
    rows: Rows, asked: tuple[str | None, str | None, str | tuple[str, ...] | None], kind: str | None, where: str
) -> ClassColumns:
    """Find the columns by what was asked for, or by their usual names. Raises: UserError naming those there are."""
    there = [name for name in rows.column_names if name not in OWN_COLUMNS]
    text, pair, label = asked
    labels = (label,) if isinstance(label, str) else label
    named: list[tuple[str, str]] = [
        *((("text_column", text),) if text else ()),
        *((("text_pair_column", pair),) if pair else ()),
        *(("label_column", name) for name in labels or ()),
    ]
    faults = [
        Fault(
            f"{where}.{key}",
            f"no column {name!r}{nearest(name, there)}",
            ", ".join(there),
            "name a column that is there",
        )
        for key, name in named
        if name not in there
    ]
    if faults:
        raise UserError(*faults)
    if kind == "score" and labels and len(labels) > 1:
        found, do = f"{len(labels)} columns of one score", "name one, or leave kind out if they hold 0 and 1"
        raise UserError(Fault(f"{where}.label_column", found, "one column of numbers", do))
    usual = SCORES if kind == "score" else NAMES
    labels = labels or (_first(there, usual, f"{where}.label_column", "name the column with a label"),)
    usual_text, pair = texts_of(rows, text, pair, labels)
    text = usual_text or _first(there, TEXTS, f"{where}.text_column", "name the column with a text")
    need_text(rows, [text, *([pair] if pair else [])], where)
    return ClassColumns(text, pair, tuple(labels), kind)


def texts_of(
    rows: Rows, text: str | None, pair: str | None, labels: Sequence[str] = ()
) -> tuple[str | None, str | None]:
    """Give the columns of the text and of a second one, by their usual names where nobody named them."""
    there = [name for name in rows.column_names if name not in (*OWN_COLUMNS, pair, *labels)]
    texts = [name for name in there if is_text(rows.schema.field(name).type)]
    pairs = ((called(texts, [one]), called(texts, others)) for one, others in _TOGETHER.items())
    first, second = next((both for both in pairs if all(both)), (None, None))
    if text is None and called(there, TEXTS[:1]) is None and first is not None:
        return first, pair or second
    return text or called(there, TEXTS), pair or called(there, PAIRS)


def _first(there: Sequence[str], names: Sequence[str], where: str, do: str) -> str:
    found = called(there, names)
    if found is None:
        raise UserError(Fault(where, f"no column is called {', '.join(names[:4])}, ...", ", ".join(there), do))
    return found


def asked(rows: Rows, text: str | None, pair: str | None, where: str) -> Rows:
    """Give rows without labels, with `text` and `text_pair`: of one column alone, whatever it is called, the text."""
    there = [name for name in rows.column_names if name not in OWN_COLUMNS]
    named = [name for name in (text, pair) if name is not None]
    need_columns(rows, named, where, "rename the column to what it was called in training")
    do = "rename the column of the texts to text"
    usual_text, pair = texts_of(rows, text, pair)
    text = text or (there[0] if len(there) == 1 else usual_text or _first(there, TEXTS, where, do))
    need_text(rows, [text, *([pair] if pair else [])], where)
    made = without(replace_column(rows, "text", rows.column(text)), [LABELS, SCORE])
    return made if pair is None else replace_column(made, PAIR, rows.column(pair))


def shaped(rows: Rows, found: ClassColumns, given: Sequence[str], where: str) -> tuple[Rows, Counts, str]:
    """Give rows with `text`, `text_pair`, and `labels` or `score`.

    Takes: `given`, label names that numbers count through. Raises: UserError naming rows without a label.
    """
    ids = [str(name) for name in rows.column(ROW_ID).to_pylist()]
    texts = rows.column(found.text).to_pylist()
    _need(ids, [bool(str(text or "").strip()) for text in texts], f"{where}.text_column", "a text")
    if found.kind == "score":
        values = [number(value) for value in rows.column(found.labels[0]).to_pylist()]
        _need(ids, [value is not None for value in values], f"{where}.label_column", "a number")
        made, paths = replace_column(rows, SCORE, pa.array(values, pa.float64())), ""
    else:
        labels, changed = _labels(rows, found, given, ids, where)
        made = replace_column(rows, LABELS, pa.array(labels, pa.list_(pa.string())))
        alike = f"{changed} labels differ from others in the space around > alone: taken as the same" if changed else ""
        paths = "; ".join(filter(None, (_said_of_kind(found, labels), alike, _said_of_paths(rows, found, labels))))
    if found.text != "text":
        made = replace_column(made, "text", rows.column(found.text))
    said = f"text: {found.text}; label: {', '.join(found.labels)}"
    if found.pair is not None:
        made = replace_column(made, PAIR, rows.column(found.pair))
        said += f"; second text: {found.pair}"
    return made, Counts(rows.num_rows, rows.num_rows), "; ".join(filter(None, (f"columns: {said}", paths)))


def _said_of_kind(found: ClassColumns, labels: Sequence[Sequence[str]]) -> str:
    """Say what decided that several labels may hold, where nobody did."""
    none, more = sum(not some for some in labels), sum(len(some) > 1 for some in labels)
    if found.kind is not None or not none + more:
        return ""
    return f"several labels may hold at once, as {none} rows have none and {more} more than one (else kind: one)"


def _said_of_paths(rows: Rows, found: ClassColumns, labels: Sequence[Sequence[str]]) -> str:
    """Look at the training rows of one column (of several, with 0 and 1, the order says nothing)."""
    roles = rows.column(ROLE).to_pylist() if ROLE in rows.column_names and len(found.labels) == 1 else []
    return said_of_paths([some for some, role in zip(labels, roles, strict=False) if role == "train"])


def _labels(
    rows: Rows, found: ClassColumns, given: Sequence[str], ids: list[str], where: str
) -> tuple[list[list[str]], int]:
    """Give the names of each row's labels, and how many were written otherwise."""
    place = f"{where}.label_column"
    if len(found.labels) > 1:
        columns = [rows.column(name).to_pylist() for name in found.labels]
        cells = [[flag(value) for value in values] for values in zip(*columns, strict=True)]
        do = f"write 0 where a cell is empty, or {_TAKE_OUT}"
        _need(ids, [None not in some for some in cells], place, "0 or 1 in each column", do)
        return [[name for name, holds in zip(found.labels, some, strict=True) if holds] for some in cells], 0
    cells = _cells(rows.column(found.labels[0]).to_pylist(), ids, place)
    _need(ids, [all(is_label(one, given) for one in some) for some in cells], place, _what(cells))
    numbers = found.kind is None and not given and all(number(one) is not None for some in cells for one in some)
    _need_whole(ids, cells, as_text=numbers, where=place)
    name = namer(given, counted=numbers)
    names, changed = written_alike([name(one) for one in some] for some in cells)
    if found.kind == "one":
        do = said_of_paths(names) or "leave kind out, or mend them"
        _need(ids, [len(some) == 1 for some in names], place, "exactly one label", do)
    return names, changed


def _cells(values: Sequence[Any], ids: Sequence[str], where: str) -> list[list[Any]]:
    """Give the labels of each row. Raises: UserError naming rows whose text is a list that can't be read."""
    cells, unread = [], []
    for value, row in zip(values, ids, strict=True):
        try:
            cells.append(labels_of(value))
        except ValueError as error:
            unread.append(f"{error} ({row})")
    if unread:
        more = f"; {len(unread)} rows in all" if len(unread) > 1 else ""
        raise UserError(
            Fault(where, unread[0] + more, 'a name, or a JSON list: ["a", "b"]', "mend the rows (Python: json.dumps)")
        )
    return cells


def _what(cells: Sequence[list[Any]]) -> str:
    nan = any(isinstance(one, str) and one.strip().lower() == "nan" for some in cells for one in some)
    return "a label (nan is none)" if nan else "a label"


def _need_whole(ids: Sequence[str], cells: Sequence[list[Any]], *, as_text: bool, where: str) -> None:
    """Raise UserError for numbers with a fraction, which are scores; `as_text` too, if all labels are numbers and nobody says
    that they are names (codes such as 401.9).
    """
    wrong = [
        f"{value} ({row})"
        for row, some in zip(ids, cells, strict=True)
        for value in some
        if (as_text or isinstance(value, float)) and (number(value) or 0.0) % 1
    ]
    names = as_text and not any(isinstance(one, float) for some in cells for one in some)
    if wrong:
        shown = ", ".join(wrong[:_SHOWN]) + (", ..." if len(wrong) > _SHOWN else "")
        do = "set kind: score, choose another column" + (", or set kind: one if these are names" if names else "")
        raise UserError(Fault(where, f"numbers with a fraction: {shown}", "names or whole numbers", do))


def _need(ids: Sequence[str], there: Iterable[bool], where: str, what: str, do: str = _TAKE_OUT) -> None:
    missing = [name for name, good in zip(ids, there, strict=True) if not good]
    if missing:
        shown = ", ".join(missing[:_SHOWN]) + (", ..." if len(missing) > _SHOWN else "")
        raise UserError(
            Fault(
                where,
                f"{len(missing)} rows without {what}: {shown}",
                f"{what} in every row",
                do,
            )
        )
