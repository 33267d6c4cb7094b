"""Rows with a list of turns as ShareGPT writes them."""

from __future__ import annotations

from acclimate.core.method import Method, option
from acclimate.core.rows import Rows
from acclimate.objective.forms.turns import Shaped, from_lists, is_turns, need_turns

KEYS = ("from", "value")
SPEAKERS = {
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "model": "assistant",
    "assistant": "assistant",
    "system": "system",
    "tool": "tool",
    "observation": "tool",
}


class Conversations(Method):
    """Read a list of turns, each with `from` and `value`; human means the user, gpt the assistant.

    Takes: a column of lists of objects, or of the same as JSON text (in a CSV file). Known speakers: human, user; gpt,
    chatgpt, model, assistant; system; tool, observation.

    Gives: `messages`; `text`, the contents joined by line ends, where there is none.

    Options: the column.

    When to use: data in ShareGPT's form. `messages` for role and content.

    Source: ShareGPT.

    Raises: UserError naming rows with an unknown speaker, an empty answer, no turn of the assistant, one that nobody
    answers, or a turn without a value.
    """

    column: str = option("conversations", "column of the turns")

    def fits(self, rows: Rows) -> bool:
        return self.column in rows.column_names and is_turns(rows.schema.field(self.column).type, KEYS)

    def shape(self, rows: Rows, where: str) -> Shaped:
        need_turns(rows, self.column, KEYS, where)
        return from_lists(rows, where, [self.column], KEYS, SPEAKERS)
