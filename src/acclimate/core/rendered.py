"""A conversation written out as the one text that a model reads, and what of it is learnt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

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

    @property
    def answers(self) -> Stretches:
        """Give, of what is learnt, what came from the messages: the answers without what the template adds to them."""
        return tuple(
            (start, end) for start, end in self.data if any(one <= start and end <= other for one, other in self.learnt)
        )


@runtime_checkable
class Writes(Protocol):
    """An objective whose rows are conversations, written out by a chat template before they become tokens."""

    too_long: str
    """What is done with a conversation longer than a window: error, left (its prompt is cut there), drop."""

    def with_template(self, tokenizer: Any, where: str) -> None:
        """Give a tokenizer the chat template that is trained with, so that it is saved with the model.

        Raises: UserError if there is none and none can be made.
        """
        ...

    def endings(self, tokenizer: Any) -> list[int]:
        """Give the ids at which an answer is over."""
        ...

    def writer(
        self, tokenizer: Any, where: str, *, answers: bool = False
    ) -> Callable[[str, Mapping[str, Any]], Rendered]:
        """Give what writes out a row (its id, and its columns), by the tokenizer's template.

        Takes: `answers`, to mark answers alone as learnt, also where the whole text is.
        Raises (when it is called): UserError naming the row that the template does not take.
        """
        ...
