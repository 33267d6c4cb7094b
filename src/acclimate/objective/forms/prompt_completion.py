"""Rows with a prompt and a completion."""

from __future__ import annotations

from acclimate.core.method import Method, option
from acclimate.core.rows import Rows
from acclimate.objective.forms.turns import (
    SPOKEN,
    Shaped,
    find,
    from_columns,
    from_lists,
    list_column,
    system_column,
    the_column,
)

KEYS = ("role", "content")
PROMPT, COMPLETION = ("prompt",), ("completion", "response")


class PromptCompletion(Method):
    """Read a prompt as what the user says, a completion as what the assistant answers.

    Takes: columns of text, or (as TRL has it) of lists of turns with role and content: then the conversation is the one
    list after the other.

    Gives: `messages`; `text`, the contents joined by line ends, where there is none.

    Options: the columns (default: prompt; completion or response, in any capitalisation) and `system`, one with what
    stands before.

    When to use: data made for TRL or OpenAI's older API. `instruction` where a task and its input stand apart.

    Source: TRL, Dataset formats.

    Raises: UserError naming rows without a prompt or with an empty answer.
    """

    prompt: str | None = option(None, "column of the prompt")
    completion: str | None = option(None, "column of the answer")
    system: str | None = option(None, "column of a system prompt (default: system, if there)")

    def fits(self, rows: Rows) -> bool:
        texts = find(rows, self.prompt, PROMPT) and find(rows, self.completion, COMPLETION)
        return bool(self._lists(rows) or texts)

    def _lists(self, rows: Rows) -> list[str]:
        named = [self.prompt or PROMPT[0], self.completion or COMPLETION[0]]
        found = [name for one in named if (name := list_column(rows, one, KEYS)) is not None]
        return found if len(found) == len(named) else []

    def shape(self, rows: Rows, where: str) -> Shaped:
        system = system_column(rows, self.system, where)
        lists = self._lists(rows)
        if lists:
            return from_lists(rows, where, lists, KEYS, SPOKEN, system)
        prompt = the_column(rows, self.prompt, PROMPT, f"{where}.prompt")
        completion = the_column(rows, self.completion, COMPLETION, f"{where}.completion")
        return from_columns(rows, where, [prompt], completion, system=system)
