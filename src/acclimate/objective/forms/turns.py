"""What the forms share: columns found by name, and messages that were looked over before they become a column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from acclimate.core.errors import Fault, UserError, nearest
from acclimate.core.rendered import ROLES_OF_MESSAGES, Message
from acclimate.core.rows import (
    OWN_COLUMNS,
    ROW_ID,
    Counts,
    Rows,
    called,
    is_text,
    need_columns,
    need_text,
    replace_column,
)
from acclimate.objective.forms.history import earlier

MESSAGES = "messages"
"""The column that every form makes: list<struct<role: string, content: string>>."""
LISTS = (MESSAGES, "conversations")
"""What columns of lists of turns are usually called."""
SYSTEM = ("system",)
KIND = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
Shaped = tuple[Rows, Counts, str]
_SHOWN = 5
PARAGRAPH = "\n\n"


def find(rows: Rows, given: str | None, names: Sequence[str]) -> list[str]:
    """Give the columns of text that are called like one of `names`, in any capitalisation; or the one that was `given`."""
    if given is not None:
        return [given] if given in rows.column_names else []
    return [
        field.name
        for field in rows.schema
        if field.name not in OWN_COLUMNS and field.name.strip().casefold() in names and is_text(field.type)
    ]


def the_column(rows: Rows, given: str | None, names: Sequence[str], where: str) -> str:
    """Give the one column that `find` finds. Raises: UserError if there is none, or more than one."""
    found = find(rows, given, names)
    if len(found) == 1:
        return found[0]
    there = [name for name in rows.column_names if name not in OWN_COLUMNS]
    if found:
        raise UserError(
            Fault(where, f"columns {', '.join(found)} are called alike", "one", "name it, or drop the other")
        )
    wanted = given or " or ".join(names)
    do = f"name the column: {where.rpartition('.')[2]}: ..."
    raise UserError(Fault(where, f"no column {wanted!r}{nearest(wanted, there)}", ", ".join(there), do))


def from_columns(
    rows: Rows, where: str, asked: Sequence[str], answer: str, optional: Sequence[str] = (), system: str | None = None,
    history: str | None = None,
) -> Shaped:  # fmt: skip
    """Make conversations of one question and one answer.

    Takes: `asked`, the columns of the question, in the order in which they are written under each other; those that are
    also `optional` may be empty; `system` and `history`, the columns of what stands before.
    """
    faults = Faults(rows, where)
    values = {name: _texts(rows, name, where) for name in dict.fromkeys([*asked, answer])}
    turns: list[list[Message]] = []
    before = [earlier(cell) or [] for cell in rows.column(history).to_pylist()] if history else [[]] * rows.num_rows
    for number in range(rows.num_rows):
        row = {name: column[number] for name, column in values.items()}
        for name in [one for one in asked if one not in optional]:
            if _blank(row[name]):
                faults.add(number, f"have no value in {name!r}")
        if row[answer] is None:
            faults.add(number, f"have no value in {answer!r}")
        question = PARAGRAPH.join(str(row[name]) for name in asked if not _blank(row[name]))
        turns.append(
            [
                *before[number],
                {"role": "user", "content": question},
                {"role": "assistant", "content": row[answer] or ""},
            ]
        )
    faults.settle()
    said = [
        *([f"{history} -> turns before"] if history else []),
        f"{' + '.join(asked)} -> user",
        f"{answer} -> assistant",
    ]
    return shaped(rows, *with_system(rows, turns, system, ", ".join(said)), where)


def system_column(rows: Rows, given: str | None, where: str) -> str | None:
    """Give the column of system prompts: the one that was `given`, else `system`, if there is one."""
    if given is not None:
        need_columns(rows, [given], f"{where}.system")
        need_text(rows, [given], f"{where}.system")
    return next(iter(find(rows, given, SYSTEM)), None)


def with_system(
    rows: Rows, turns: list[list[Message]], system: str | None, said: str
) -> tuple[list[list[Message]], str]:
    """Give conversations behind the prompts of the column `system`, where they have none of their own, and how they are read."""
    if system is None:
        return turns, said
    made = [
        messages
        if _blank(prompt) or any(message["role"] == "system" for message in messages)
        else [{"role": "system", "content": str(prompt)}, *messages]
        for prompt, messages in zip(rows.column(system).to_pylist(), turns, strict=True)
    ]
    return made, f"{system} -> system, {said}"


def from_lists(
    rows: Rows, where: str, columns: Sequence[str], keys: tuple[str, str], roles: Mapping[str, str], system: str | None
) -> Shaped:
    """Make conversations of columns of lists, as `read_lists` reads them."""
    turns, said = read_lists(rows, where, columns, keys, roles)
    return shaped(rows, *with_system(rows, turns, system, said), where)


def read_lists(
    rows: Rows, where: str, columns: Sequence[str], keys: tuple[str, str], roles: Mapping[str, str]
) -> tuple[list[list[Message]], str]:
    """Read columns of lists, whose turns have a role and a content under the names `keys`, and say how.

    Takes: `roles`, what each role's name means here. Calls of tools are refused; other keys of a turn are left out, and named.
    """
    faults = Faults(rows, where)
    given = [rows.column(name).to_pylist() for name in columns]
    turns: list[list[Message]] = []
    left: dict[str, None] = {}
    for number, parts in enumerate(zip(*given, strict=True)):
        whole = [turn for part in parts for turn in part or []]
        if any(part is None for part in parts) or not whole:
            faults.add(number, "have no messages")
        turns.append([_turn(turn, keys, roles, number, faults) for turn in whole])
        left |= {key: None for turn in whole for key, value in (turn or {}).items() if key not in keys and value}
    calls = [name for name in left if "call" in name]
    if calls:
        raise UserError(
            Fault(where, f"turns of {columns[0]!r} hold {', '.join(calls)}", "turns of a role and a content",
                  "write calls of tools into the content, or leave these rows out")
        )  # fmt: skip
    faults.settle()
    said = f"{' + '.join(columns)}, {keys[0]} and {keys[1]} of each turn"
    return turns, said + (f" (left out: {', '.join(left)})" if left else "")


def _turn(turn: Any, keys: tuple[str, str], roles: Mapping[str, str], number: int, faults: Faults) -> Message:
    role, content = (turn or {}).get(keys[0]), (turn or {}).get(keys[1])
    if role is None or content is None:
        faults.add(number, f"have a turn without {keys[0] if role is None else keys[1]}")
    elif role.strip().casefold() not in roles:
        faults.add(number, f"have a turn of the unknown role {role!r}", ", ".join(roles))
    return {"role": roles.get(str(role).strip().casefold(), "user"), "content": str(content or "")}


def shaped(rows: Rows, turns: list[list[Message]], said: str, where: str) -> Shaped:
    """Give rows with `messages`, and `text` where there is none, if every conversation can be learnt from."""
    faults = Faults(rows, where)
    for number, messages in enumerate(turns):
        answers = [message["content"] for message in messages if message["role"] == "assistant"]
        if not answers:
            faults.add(number, "have no turn of the assistant, and so nothing to learn")
        elif messages[-1]["role"] != "assistant":
            faults.add(number, f"end with a turn of the {messages[-1]['role']}, which nobody answers")
        if any(_blank(answer) for answer in answers):
            faults.add(number, "have an empty answer")
    faults.settle()
    made = replace_column(rows, MESSAGES, pa.array(turns, KIND))
    if "text" not in rows.column_names:
        texts = ["\n".join(message["content"] for message in messages) for messages in turns]
        made = replace_column(made, "text", pa.array(texts, pa.string()))
    return made, Counts(rows.num_rows, rows.num_rows), said


class Faults:
    """Rows that can't be used, by what is wrong with them."""

    def __init__(self, rows: Rows, where: str) -> None:
        self.rows = rows
        self.where = where
        self.found: dict[str, tuple[list[int], str]] = {}

    def add(self, number: int, what: str, allowed: str = "") -> None:
        """Write down a row (once for each fault)."""
        numbers, _ = self.found.setdefault(what, ([], allowed))
        if numbers[-1:] != [number]:
            numbers.append(number)

    def settle(self) -> None:
        """Raise UserError if there are any."""
        if not self.found:
            return
        ids = self.rows.column(ROW_ID)
        faults = []
        for what, (numbers, allowed) in self.found.items():
            shown = ", ".join(str(ids[number]) for number in numbers[:_SHOWN]) + (
                ", ..." if len(numbers) > _SHOWN else ""
            )
            faults.append(
                Fault(self.where, f"{len(numbers)} rows {what}: {shown}", allowed or "a question and an answer in every row",
                      "mend them, or take them out (prepare: clean with required for an empty column, sql for turns in lists)")
            )  # fmt: skip
        raise UserError(*faults)


def is_turns(kind: pa.DataType, keys: Iterable[str]) -> bool:
    """Say whether a column holds lists of turns that have the text fields `keys`."""
    if not (pa.types.is_list(kind) or pa.types.is_large_list(kind)) or not pa.types.is_struct(kind.value_type):
        return False
    fields = {field.name: field.type for field in kind.value_type}
    return all(key in fields and is_text(fields[key]) for key in keys)


def list_column(rows: Rows, column: str, keys: Iterable[str]) -> str | None:
    """Give the column of turns called so, in any capitalisation; one of the usual names stands for all of them."""
    for name in dict.fromkeys([column, *(LISTS if column in LISTS else ())]):
        found = called(rows.column_names, [name])
        if found is not None and is_turns(rows.schema.field(found).type, keys):
            return found
    return None


def need_turns(rows: Rows, name: str, keys: tuple[str, str], where: str) -> None:
    """Raise UserError unless the column `name` holds lists of turns."""
    need_columns(rows, [name], f"{where}.column")
    kind = rows.schema.field(name).type
    if not is_turns(kind, keys):
        allowed = f"lists of objects with the texts {keys[0]} and {keys[1]}"
        raise UserError(
            Fault(f"{where}.column", f"column {name!r} holds {kind}", allowed, "name another form or column")
        )


SPOKEN = {role: role for role in ROLES_OF_MESSAGES}
"""Roles that mean themselves."""


def _texts(rows: Rows, name: str, where: str) -> list[str | None]:
    need_text(rows, [name], where)
    values: list[str | None] = rows.column(name).to_pylist()
    return values


def _blank(value: str | None) -> bool:
    return value is None or not value.strip()
