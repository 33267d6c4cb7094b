"""Which form rows are written in, told from their columns and types."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from acclimate.core.errors import Fault, UserError
from acclimate.core.registry import methods, name_of, resolve
from acclimate.core.rendered import Message
from acclimate.core.rows import OWN_COLUMNS, Rows, replace_column
from acclimate.objective.forms.conversations import KEYS as TURN_KEYS
from acclimate.objective.forms.conversations import SPEAKERS
from acclimate.objective.forms.history import earlier, history_column
from acclimate.objective.forms.instruction import INPUT, INSTRUCTION
from acclimate.objective.forms.messages import KEYS
from acclimate.objective.forms.prompt_completion import PROMPT
from acclimate.objective.forms.question_answer import CONTEXT, QUESTION
from acclimate.objective.forms.text_lists import with_lists
from acclimate.objective.forms.turns import (
    KIND,
    MESSAGES,
    PARAGRAPH,
    SPOKEN,
    SYSTEM,
    Shaped,
    find,
    list_column,
    read_lists,
    with_system,
)


def fitting(rows: Rows) -> list[Any]:
    """Give the forms that rows fit, in the order in which they are registered."""
    forms = [resolve("form", name)() for name in methods("form")]
    return [form for form in forms if form.fits(rows)]


def conversations(rows: Rows, form: Any, where: str) -> Shaped:
    """Give rows with `messages`, by a form or (None) by the one that fits them, and how they were read, in a sentence.

    Raises: UserError if no form fits, if several do, or for rows that do not keep to it.
    """
    rows = with_lists(rows, getattr(form, "column", None), f"{where}.form")
    if form is None:
        form = _only(rows, where)
    name = name_of("form", form)
    made, counts, said = form.shape(rows, f"{where}.form")
    return made, counts, f"rows are read as {name}: {said}"


def questions(rows: Rows, where: str, form: Any = None) -> Rows:
    """Give rows that nobody has answered with `messages` that end before an answer, and `text` where there is none.

    They are read as training reads them: lists of messages or ShareGPT's turns (answers at their end are left out), or texts
    called prompt, instruction (with input), question (with context), or text, behind a system prompt where a column is called
    so. Takes: `form`, that of the training, whose own names of columns are looked for too.
    Raises: UserError naming the columns there are.
    """
    rows = with_lists(rows, getattr(form, "column", None), where)
    turns = _lists(rows, where, form)
    if turns is None:
        columns = _asked(rows, where, form)
        values = [rows.column(name).to_pylist() for name in columns]
        texts = [PARAGRAPH.join(part for part in parts if (part or "").strip()) for parts in zip(*values, strict=True)]
        turns = [
            [*before, {"role": "user", "content": text}]
            for before, text in zip(_before(rows, columns, form, where), texts, strict=True)
        ]
    system = _found(rows, getattr(form, "system", None), SYSTEM)
    turns, _ = with_system(rows, turns, system[0] if system else None, "")
    made = replace_column(rows, MESSAGES, pa.array(turns, KIND))
    if "text" in rows.column_names:
        return made
    said = ["\n".join(message["content"] for message in messages) for messages in turns]
    return replace_column(made, "text", pa.array(said, pa.string()))


def _before(rows: Rows, columns: Sequence[str], form: Any, where: str) -> list[list[Message]]:
    """Give the earlier turns of rows with an instruction."""
    is_instruction = columns[0] in find(rows, getattr(form, "instruction", None), INSTRUCTION)
    history = history_column(rows, getattr(form, "history", None), where) if is_instruction else None
    return [earlier(cell) or [] for cell in rows.column(history).to_pylist()] if history else [[]] * rows.num_rows


def _lists(rows: Rows, where: str, form: Any) -> list[list[Message]] | None:
    """Give the turns of rows that are lists, without answers at their end; None: they are no lists."""
    names = getattr(form, "column", None) or MESSAGES, MESSAGES, getattr(form, "prompt", None) or PROMPT[0]
    for name, (keys, roles) in itertools.product(names, ((KEYS, SPOKEN), (TURN_KEYS, SPEAKERS))):
        column = list_column(rows, name, keys)
        if column is not None:
            turns, _ = read_lists(rows, where, [column], keys, roles)
            return [_unanswered(messages) for messages in turns]
    return None


def _unanswered(messages: list[Message]) -> list[Message]:
    last = max((number for number, one in enumerate(messages) if one["role"] != "assistant"), default=-1)
    return messages[: last + 1]


_TEXTS = (
    (("prompt", PROMPT),),
    (("instruction", INSTRUCTION), ("input", INPUT)),
    (("context", CONTEXT), ("question", QUESTION)),
    (("question", QUESTION),),
    (("text", ("text",)),),
)
"""Options of forms and the names that columns have without them, in the order in which a question's parts are written."""


def _asked(rows: Rows, where: str, form: Any) -> list[str]:
    """Give the columns of a question, in the order in which they stand under each other."""
    own_first = sorted(_TEXTS, key=lambda wanted: not all(hasattr(form, option) for option, _ in wanted))
    for wanted in own_first:
        found = [_found(rows, getattr(form, option, None), names) for option, names in wanted]
        if all(found) or (wanted[0][0] == "instruction" and found[0]):
            return [name for names in found for name in names]
    there = ", ".join(name for name in rows.column_names if name not in OWN_COLUMNS)
    raise UserError(
        Fault(where, f"no question in the columns {there}", "messages, prompt, instruction, question or text",
              "call the questions' column so")
    )  # fmt: skip


def _found(rows: Rows, named: str | None, names: Sequence[str]) -> list[str]:
    """Give the column of that name, else the first that is called like one of `names`, if there is one."""
    return ((find(rows, named, names) if named else []) or find(rows, None, names))[:1]


def _only(rows: Rows, where: str) -> Any:
    found = fitting(rows)
    if len(found) == 1:
        return found[0]
    there = ", ".join(f"{field.name} ({field.type})" for field in rows.schema if field.name not in OWN_COLUMNS)
    if not found:
        raise UserError(
            Fault(f"{where}.form", f"no form fits the columns {there}", ", ".join(methods("form")),
                  "name a form with its columns, as in {name: question_answer, question: q, answer: a}")
        )  # fmt: skip
    names = [name_of("form", one) for one in found]
    raise UserError(
        Fault(f"{where}.form", f"{' and '.join(names)} fit the columns {there} equally well", "one form",
              f"choose one, as in form: {names[0]}")
    )  # fmt: skip
