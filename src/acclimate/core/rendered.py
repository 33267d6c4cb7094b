"""A conversation written out as the one text that a model reads, and what of it is learnt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Stretches = tuple[tuple[int, int], ...]
"""Characters [start, end) of a text, in order, without overlap."""
Message = dict[str, str]
"""One turn: `role` (system, user, assistant, tool) and `content`."""
Learn = Literal["answers", "last", "all"]
"""What is learnt of a conversation: every answer, the last one, or the whole text."""

ROLES_OF_MESSAGES = ("system", "user", "assistant", "tool")


@dataclass(frozen=True)
class Rendered:
    """What a chat template made of a conversation.

    `data` is what came from the messages: nothing in it is a special token, whatever it looks like. `learnt` is what the
    model has to write itself: each answer from where the template's prompt for it ends, with the token that ends the turn.
    `open_end`: the template ends an answer with no special token, so that one has to be added for the model to stop.
    """

    text: str
    data: Stretches
    learnt: Stretches
    open_end: bool = False
