"""How people write questions about a context, and the columns that `extract` makes of them.

`text` (the question), `text_pair` (the context) and `right_answers` (text and start in the context; none: unanswerable).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pyarrow as pa

from acclimate.core.errors import Fault, UserError, nearest
from acclimate.core.rows import OWN_COLUMNS, ROW_ID, Counts, Rows, called, need_text, replace_column
from acclimate.objective.written_lists import parsed

CONTEXT, ANSWERS = "text_pair", "right_answers"
_QUESTIONS, _CONTEXTS = ("question", "query"), ("context", "passage", "paragraph")
_ANSWERS, _STARTS = ("answers", "answer"), ("answer_start", "answer_starts")
_ANSWER = pa.list_(pa.struct([("text", pa.string()), ("start", pa.int32())]))
# An answer that does not stand where it is said to may have moved by as much, in characters: white space was changed.
_NEAR = 50
_SHOWN = 5


class Asked(NamedTuple):
    """Columns by what they hold (None: not asked for)."""

    question: str | None
    context: str | None
    answers: str | None


def columns_of(rows: Rows, asked: Asked) -> Asked:
    """Find the columns by what was asked for, or by their usual names (None: there is none)."""
    usual = (_QUESTIONS, _CONTEXTS, _ANSWERS)
    return Asked(*(one or _first(rows, names) for one, names in zip(asked, usual, strict=True)))


def need_columns(rows: Rows, asked: Asked, where: str, *, answers: bool = True) -> Asked:
    """The same. Raises: UserError for those that are not there, or hold no text."""
    found = columns_of(rows, asked)
    there = [name for name in rows.column_names if name not in OWN_COLUMNS]
    faults = []
    for key, name in found._asdict().items():
        if (name is None or name not in there) and (answers or key != "answers"):
            said = f"no column {name!r}{nearest(name, there)}" if name else f"no column for the {key}"
            do = "name a column that is there" if answers else f"rename the column to {name or key}"
            faults.append(Fault(f"{where}.{key}_column" if answers else where, said, ", ".join(there), do))
    if faults:
        raise UserError(*faults)
    need_text(rows, [str(found.question), str(found.context)], where)
    return found


def with_texts(rows: Rows, found: Asked) -> Rows:
    """Give rows with question and context where they are read."""
    made = rows if found.question == "text" else replace_column(rows, "text", rows.column(str(found.question)))
    return replace_column(made, CONTEXT, rows.column(str(found.context)))


def shaped(rows: Rows, found: Asked, where: str) -> tuple[Rows, Counts, str]:
    """Give rows with question, context and right answers. Raises: UserError naming rows that can't be read."""
    starts = _first(rows, _STARTS)
    cells = [rows.column(name).to_pylist() for name in (ROW_ID, *map(str, found))]
    apart = rows.column(starts).to_pylist() if starts is not None else [None] * rows.num_rows
    right, wrong, moved, none = [], [], 0, 0
    for row, question, context, cell, start in zip(*cells, apart, strict=True):
        if not str(question or "").strip() or not str(context or "").strip():
            wrong.append(f"{row}: the {'context' if str(question or '').strip() else 'question'} is empty")
            continue
        answers = answers_of(cell, start)
        placed = [_placed(one, context) for one in answers]
        if None in placed:
            answer = answers[placed.index(None)]
            wrong.append(f"{row}: the answer {answer.text[:40]!r} is not in its context{_said(answer, context)}")
            continue
        sure = [one for one in placed if one is not None]
        right.append([{"text": one.text, "start": one.start} for one in sure])
        moved += sum(old.start is not None and old.start != new.start for old, new in zip(answers, sure, strict=True))
        none += not sure
    if wrong:
        more = f"; {len(wrong)} rows in all" if len(wrong) > _SHOWN else ""
        raise UserError(
            Fault(where, "; ".join(wrong[:_SHOWN]) + more, "answers that stand in their contexts, to the letter",
                  "mend the rows; no answer at all means that there is none")
        )  # fmt: skip
    made = replace_column(with_texts(rows, found), ANSWERS, pa.array(right, _ANSWER))
    values = {"answers found beside answer_start": moved} if moved else {}
    said = f"question: {found.question}; context: {found.context}; answers: {found.answers}; {none} unanswerable"
    return made, Counts(rows.num_rows, rows.num_rows, values=values), said


class Answer(NamedTuple):
    """An answer as it is written; `start` in characters of the context (None: nobody said)."""

    text: str
    start: int | None


def answers_of(cell: Any, start: Any = None) -> list[Answer]:
    """Give the answers of a cell: a mapping of lists (SQuAD), a list of mappings or texts, one text, or any of it as JSON."""
    if isinstance(cell, str) and cell.strip()[:1] in ("{", "["):
        try:
            cell = parsed(cell)
        except ValueError:
            return [_answer(cell, start)]
    if isinstance(cell, Mapping):
        texts, starts = _listed(cell.get("text")), _listed(cell.get("answer_start"))
        found = [_answer(text, one) for text, one in zip(texts, [*starts, *[None] * len(texts)], strict=False)]
    elif isinstance(cell, list):
        found = [
            _answer(one.get("text"), one.get("answer_start")) if isinstance(one, Mapping) else _answer(one, None)
            for one in cell
        ]
    else:
        found = [_answer(cell, start)]
    return [one for one in found if one.text]


def _answer(text: Any, start: Any) -> Answer:
    whole, cut = str(text or ""), str(text or "").strip()
    try:
        place = int(float(start))
    except (TypeError, ValueError, OverflowError):
        place = -1
    return Answer(cut, place + whole.index(cut) if place >= 0 else None)


def _listed(value: Any) -> list[Any]:
    return [] if value is None else list(value) if isinstance(value, list) else [value]


def _placed(answer: Answer, context: str) -> Answer | None:
    """Give the answer with where it stands: where it is said to, else the nearest place, else (unsaid) the first."""
    if answer.start is None:
        first = context.find(answer.text)
        return None if first < 0 else answer._replace(start=first)
    if context.startswith(answer.text, answer.start):
        return answer
    places = _places(answer.text, context, max(answer.start - _NEAR, 0), answer.start + _NEAR)
    return answer._replace(start=min(places, key=lambda place: abs(place - (answer.start or 0)))) if places else None


def _places(text: str, context: str, begin: int, end: int) -> Sequence[int]:
    found, place = [], context.find(text, begin)
    while 0 <= place <= end:
        found.append(place)
        place = context.find(text, place + 1)
    return found


def _said(answer: Answer, context: str) -> str:
    return f" near {answer.start}" if answer.start is not None and answer.text in context else ""


def _first(rows: Rows, names: Sequence[str]) -> str | None:
    return called(rows.column_names, names)
