"""Which form rows are written in, told from their columns and types."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from acclimate.core.errors import Fault, UserError
from acclimate.core.registry import methods, name_of, resolve
from acclimate.core.rendered import Message
from acclimate.core.rows import OWN_COLUMNS, Rows, replace_column
from acclimate.objective.forms.instruction import INPUT, INSTRUCTION
from acclimate.objective.forms.messages import Messages
from acclimate.objective.forms.prompt_completion import PROMPT
from acclimate.objective.forms.question_answer import CONTEXT, QUESTION
from acclimate.objective.forms.turns import KIND, MESSAGES, PARAGRAPH, Shaped, find


def fitting(rows: Rows) -> list[Any]:
    """Give the forms that rows fit, in the order in which they are registered."""
    forms = [resolve("form", name)() for name in methods("form")]
    return [form for form in forms if form.fits(rows)]


def conversations(rows: Rows, form: Any, where: str) -> Shaped:
    """Give rows with `messages`, by a form or (None) by the one that fits them, and how they were read, in a sentence.

    Raises: UserError if no form fits, if several do, or for rows that do not keep to it.
    """
    if form is None:
        form = _only(rows, where)
    name = name_of("form", form)
    made, counts, said = form.shape(rows, f"{where}.form")
    return made, counts, f"rows are read as {name}: {said}"


def questions(rows: Rows, where: str) -> Rows:
    """Give rows that nobody has answered with `messages` that end before an answer, and `text` where there is none.

    They are lists of messages (answers at their end are left out), or texts called prompt, instruction (with input),
    question (with context), or text. Raises: UserError naming the columns there are.
    """
    if Messages().fits(rows):
        lists = rows.column(MESSAGES).to_pylist()
        turns = [_unanswered(messages or []) for messages in lists]
    else:
        columns = _asked(rows, where)
        values = [rows.column(name).to_pylist() for name in columns]
        texts = [PARAGRAPH.join(part for part in parts if part) for parts in zip(*values, strict=True)]
        turns = [[{"role": "user", "content": text}] for text in texts]
    made = replace_column(rows, MESSAGES, pa.array(turns, KIND))
    if "text" in rows.column_names:
        return made
    said = ["\n".join(message["content"] for message in messages) for messages in turns]
    return replace_column(made, "text", pa.array(said, pa.string()))


def _unanswered(messages: list[Message]) -> list[Message]:
    last = max((number for number, one in enumerate(messages) if one["role"] != "assistant"), default=-1)
    return [{"role": one["role"], "content": one["content"]} for one in messages[: last + 1]]


def _asked(rows: Rows, where: str) -> list[str]:
    """Give the columns of a question, in the order in which they stand under each other."""
    for wanted in ((PROMPT,), (INSTRUCTION, INPUT), (CONTEXT, QUESTION), (QUESTION,), (("text",),)):
        found = [find(rows, None, names)[:1] for names in wanted]
        if all(found) or (wanted == (INSTRUCTION, INPUT) and found[0]):
            return [name for names in found for name in names]
    there = ", ".join(name for name in rows.column_names if name not in OWN_COLUMNS)
    raise UserError(
        Fault(where, f"no question in the columns {there}", "messages, prompt, instruction, question or text")
    )


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
