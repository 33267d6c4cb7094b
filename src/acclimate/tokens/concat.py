"""All texts end to end, cut into blocks of one length."""

from __future__ import annotations

from typing import ClassVar

from acclimate.core.examples import Batch, Ints, Supervised
from acclimate.core.method import Method, option
from acclimate.tokens.pad import Pad


class Concat(Method):
    """Lay all texts of a role end to end and cut them into blocks of exactly `max_length` tokens, which batches hold.

    A block is one document to the model: it attends across the texts in it, on purpose. Each text keeps what the tokenizer
    adds to it. What is left behind the last whole block is dropped and counted.

    Takes: the lengths of an update's blocks, in tokens (all the same).

    Gives: for each micro-batch its batches of blocks; there is nothing to pad.

    Options: the largest batch (`max_padded_tokens`): memory grows with it, and the update stays the same.

    When to use: to do what run_mlm.py and run_clm.py do, and to compare with them. `padding_free` is as fast,
    loses nothing, and no text sees another.

    Source: transformers' run_mlm.py (`group_texts`).

    Raises: nothing.
    """

    flat: ClassVar[bool] = False

    max_padded_tokens: int = option(
        16_384, "largest batch (one block is never split)", unit="tokens", ge=16, le=10_000_000
    )

    def layout(self, lengths_N: Ints, micro_batches: int) -> list[list[Ints]]:
        return self._as_rows().layout(lengths_N, micro_batches)

    def collate(self, documents: Supervised, pad_id: int) -> Batch:
        return self._as_rows().collate(documents, pad_id)

    def _as_rows(self) -> Pad:
        return Pad(max_padded_tokens=self.max_padded_tokens)
