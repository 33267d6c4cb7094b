"""Tables with labels, entities or answers: what a task reads of them, told from the names and values of columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from acclimate.core.errors import Fault, UserError, nearest
from acclimate.core.registry import name_of
from acclimate.objective.extract_rows import Asked, need_columns
from acclimate.objective.forms.instruction import INSTRUCTION, OUTPUT
from acclimate.objective.forms.prompt_completion import COMPLETION, PROMPT
from acclimate.objective.forms.question_answer import ANSWER, QUESTION
from acclimate.objective.forms.recognise import conversations, fitting
from acclimate.objective.forms.text_lists import with_lists
from acclimate.objective.forms.turns import find
from acclimate.objective.tag_labels import need_columns as need_tags
from acclimate.objective.tag_rows import TagColumns
from acclimate.pipeline.init.classes import class_columns
from acclimate.pipeline.init.layout import Read
from acclimate.pipeline.init.tables import Table

HEADS = {"classify": "classify", "tag": "tag", "extract": "extract", "sft": "causal"}
"""Tasks that learn from labelled rows, and the head that each needs."""
OTHER_NAMES = {"classification": "classify", "ner": "tag", "chat": "sft"}
_WHERE = "DATA"
_ASKED = {"prompt_completion": (PROMPT, COMPLETION), "instruction": (INSTRUCTION, OUTPUT),
          "question_answer": (QUESTION, ANSWER), "question_context_answer": (QUESTION, ANSWER)}  # fmt: skip


def read_by(task: str, tables: Sequence[Table], label: str | None) -> tuple[Table, Read]:
    """Give the first table that a task can read, and what it reads of it. Raises: UserError if there is none."""
    _need_label(task, tables, label)
    faults: list[Fault] = []
    for table in tables:
        if label is not None and label not in table.rows.column_names:
            continue
        try:
            return table, _READERS[task](table, label)
        except UserError as error:
            faults += error.faults
    raise UserError(*faults)


def _need_label(task: str, tables: Sequence[Table], label: str | None) -> None:
    names = list(dict.fromkeys(column.name for table in tables for column in table.columns))
    if label is not None and task != "classify":
        raise UserError(Fault("--task", f"{task} reads no column of labels", "classify:COLUMN", f"--task {task}"))
    if label is not None and label not in names:
        found = f"no column {label!r}{nearest(label, names)}"
        raise UserError(Fault("--task", found, ", ".join(names), "name one that is there"))


def _classify(table: Table, label: str | None) -> Read:
    found = class_columns(table, label)
    nested = {column.name for column in table.columns if column.kind == "nested"}
    texts = (found.text, *filter(None, [found.pair]))
    columns = (*texts, *found.labels)
    required = tuple(name for name in columns if name not in nested)
    return Read(columns, found.said, found.options, required, texts)


def _tag(table: Table, label: str | None) -> Read:
    found = need_tags(table.rows, TagColumns(None, None, None, None), _WHERE)
    words = found.tokens is not None and found.tags is not None
    columns = (found.tokens, found.tags, found.text) if words else (found.text, found.entities)
    said = f"words: {found.tokens}; tags: {found.tags}" if words else f"text: {found.text}; spans: {found.entities}"
    return Read(tuple(filter(None, columns)), said)


def _extract(table: Table, label: str | None) -> Read:
    found = need_columns(table.rows, Asked(None, None, None), _WHERE)
    question, context, answers = (str(name) for name in found)
    said = f"question: {question}; context: {context}; answers: {answers}"
    return Read((question, context, answers), said, copies=(question, context), together=_repeated(table, context))


def _sft(table: Table, label: str | None) -> Read:
    rows = with_lists(table.rows, None, _WHERE)
    forms = fitting(rows) or [None]
    if forms[0] is None:
        conversations(rows, None, _WHERE)  # says which forms there are
    form = name_of("form", forms[0])
    options = {"form": form} if len(forms) > 1 else {}
    pair = [find(rows, None, names)[:1] for names in _ASKED.get(form, ())]
    if not pair or not all(pair):
        columns = tuple(
            name for name in ("messages", "conversations", *PROMPT, *COMPLETION) if name in rows.column_names
        )
        return Read(columns, f"conversations in the form {form}", options, copies=None)
    asked, answer = (found[0] for found in pair)
    beside = [name for names in (("input", "context"), ("system",)) for name in find(rows, None, names)]
    said = f"{asked} is asked, {answer} is learnt (form: {form})"
    columns = (asked, answer, *beside)
    return Read(columns, said, options, (asked, answer), columns, _repeated(table, asked))


_READERS: dict[str, Callable[[Table, str | None], Read]] = {
    "classify": _classify,
    "tag": _tag,
    "extract": _extract,
    "sft": _sft,
}


def _repeated(table: Table, name: str) -> str | None:
    """Give a column whose values stand in several rows: none of them may be in two roles."""
    column = table.column(name)
    return name if column.distinct < column.filled else None
