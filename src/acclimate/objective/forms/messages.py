"""Rows with a list of messages."""

from __future__ import annotations

from acclimate.core.method import Method, option
from acclimate.core.rows import Rows
from acclimate.objective.forms.turns import MESSAGES, SPOKEN, Shaped, from_lists, is_turns, need_turns

KEYS = ("role", "content")


class Messages(Method):
    """Read a list of turns, each with a role (system, user, assistant, tool) and a content, as it is.

    Takes: a column of lists of objects, or of the same as JSON text (in a CSV file).

    Gives: `messages`; `text`, the contents joined by line ends, where there is none.

    Options: the column.

    When to use: data made for OpenAI's chat API or TRL. `conversations` for ShareGPT's from and value.

    Source: OpenAI, Chat completions.

    Raises: UserError naming rows with an unknown role, an empty answer, no turn of the assistant, one that nobody answers,
    or a turn without a content.
    """

    column: str = option(MESSAGES, "column of the messages")

    def fits(self, rows: Rows) -> bool:
        return self.column in rows.column_names and is_turns(rows.schema.field(self.column).type, KEYS)

    def shape(self, rows: Rows, where: str) -> Shaped:
        need_turns(rows, self.column, KEYS, where)
        return from_lists(rows, where, [self.column], KEYS, SPOKEN)
