"""Rows with a list of messages."""

from __future__ import annotations

from acclimate.core.method import Method, option
from acclimate.core.rows import Rows
from acclimate.objective.forms.turns import MESSAGES, SPOKEN, Shaped, from_lists, list_column, need_turns, system_column

KEYS = ("role", "content")


class Messages(Method):
    """Read a list of turns, each with a role (system, user, assistant, tool) and a content, as it is.

    Takes: a column of lists of objects, or of the same as JSON text (in a CSV file).

    Gives: `messages`; `text`, the contents joined by line ends, where there is none.

    Options: the column of the turns, and `system`, one with what stands before a conversation without a system prompt.

    When to use: data made for OpenAI's chat API or TRL. `conversations` for ShareGPT's from and value.

    Source: OpenAI, Chat completions.

    Raises: UserError naming rows with an unknown role, an empty answer, no turn of the assistant, one that nobody answers,
    or a turn without a content.
    """

    column: str = option(MESSAGES, "column of the messages (or conversations, if that is what there is)")
    system: str | None = option(None, "column of a system prompt (default: system, if there)")

    def fits(self, rows: Rows) -> bool:
        return list_column(rows, self.column, KEYS) is not None

    def shape(self, rows: Rows, where: str) -> Shaped:
        column = list_column(rows, self.column, KEYS) or self.column
        need_turns(rows, column, KEYS, where)
        system = system_column(rows, self.system, where)
        return from_lists(rows, where, [column], KEYS, SPOKEN, system)
