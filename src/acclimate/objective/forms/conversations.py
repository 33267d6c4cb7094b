"""Rows with a list of turns as ShareGPT writes them."""

from __future__ import annotations

from acclimate.core.method import Method, option
from acclimate.core.rows import Rows
from acclimate.objective.forms.turns import Shaped, from_lists, list_column, need_turns, system_column

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

    Options: the column of the turns, and `system`, one with what stands before a conversation without a system prompt.

    When to use: data in ShareGPT's form. `messages` for role and content.

    Source: ShareGPT.

    Raises: UserError naming rows with an unknown speaker, an empty answer, no turn of the assistant, one that nobody
    answers, or a turn without a value.
    """

    column: str = option("conversations", "column of the turns (or messages, if that is what there is)")
    system: str | None = option(None, "column of a system prompt (default: system, if there)")

    def fits(self, rows: Rows) -> bool:
        return list_column(rows, self.column, KEYS) is not None

    def shape(self, rows: Rows, where: str) -> Shaped:
        column = list_column(rows, self.column, KEYS) or self.column
        need_turns(rows, column, KEYS, where)
        system = system_column(rows, self.system, where)
        return from_lists(rows, where, [column], KEYS, SPEAKERS, system)
