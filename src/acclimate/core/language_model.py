"""A model and all that must travel with it from stage to stage."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

TASK = "acclimate"
"""The key of config.json that holds what predicting needs beside the weights."""
TAKES = "takes"
"""The key in that of the longest sequence the model takes, in tokens; its tokenizer is told that of the task's windows."""


@dataclass
class LanguageModel:
    """A loaded model with its tokenizer.

    `name` as in the recipe; `causal`: a token sees those before it only; `max_length` in tokens, special ones included;
    `trained_head` is False where the base came without weights for its head (then there is no "before");
    `new_rows` are ids of embedding rows added for new tokens; `notes` are decisions worth telling. `head` is what the
    objective needs (masked, causal, classify, tag, extract); empty: masked or causal, as `causal` says.
    """

    model: Any
    tokenizer: PreTrainedTokenizerFast
    name: str
    causal: bool
    max_length: int
    trained_head: bool = True
    new_rows: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    head: str = ""

    def __post_init__(self) -> None:
        self.head = self.head or ("causal" if self.causal else "masked")

    @property
    def pad_id(self) -> int:
        """An id to fill padded places with. Any existing one will do: labels never come from it (promise 3)."""
        ids = (self.tokenizer.pad_token_id, self.tokenizer.eos_token_id, 0)
        return next(int(number) for number in ids if number is not None)
