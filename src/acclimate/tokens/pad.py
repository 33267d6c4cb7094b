"""Documents as rows of equal length."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from acclimate.core.examples import Batch, Ints, Supervised
from acclimate.core.method import Method, option

_CPU_PADDING = 256  # docs/log.md, 2026-11-28: padding that costs more than a forward pass of its own
_NO_LIMIT = 10_000_000


class Pad(Method):
    """Give each document a row, filled up at the end to the longest of its batch; documents of like length go together.

    Takes: the lengths of an update's documents, in tokens.

    Gives: for each micro-batch its batches: the update's documents sorted by length and dealt out in that order, so
    that little is filled up.

    Options: the largest batch (`max_padded_tokens`, rows x longest), the most padding in one (`max_padding`: on a CPU
    another forward pass costs less than the padding it saves, a GPU would wait for it), and what lengths are rounded
    up to (`pad_to_multiple_of`: 8 or 64 suit some GPUs; the longest window must then be a multiple of it, too).

    When to use: for architectures whose attention can't keep documents of one row apart (DeBERTa), and to compare with
    other tools. `padding_free` computes the same loss and wastes nothing.

    Source: sorted batching, as in transformers' `group_by_length`.

    Raises: nothing.
    """

    flat: ClassVar[bool] = False

    pad_to_multiple_of: int = option(
        1, "round the length of a batch up to a multiple of this", unit="tokens", ge=1, le=1024
    )
    max_padded_tokens: int = option(
        16_384, "largest batch, padding included (one document is never split)", unit="tokens", ge=16, le=10_000_000
    )
    max_padding: Annotated[int, Field(ge=0, le=10_000_000)] | Literal["auto"] = option(
        "auto", "most padding in a batch; auto: 256 on a CPU, no limit on a GPU", unit="tokens"
    )

    def on(self, device: str) -> Pad:
        """Give the same with the most padding that suits a kind of device (`cpu`, `cuda`, ...), where it was to be chosen."""
        limit = _CPU_PADDING if device == "cpu" else _NO_LIMIT
        return self.model_copy(update={"max_padding": limit}) if self.max_padding == "auto" else self

    def layout(self, lengths_N: Ints, micro_batches: int) -> list[list[Ints]]:
        by_length = np.argsort(lengths_N, kind="stable")
        return [self._batches(places, lengths_N) for places in np.array_split(by_length, micro_batches)]

    def _batches(self, places: Ints, lengths_N: Ints) -> list[Ints]:
        """Cut `places`, sorted by length: the last document of each batch is its longest."""
        limit = _NO_LIMIT if self.max_padding == "auto" else self.max_padding
        batches: list[list[int]] = []
        tokens = 0
        for place in places.tolist():
            length = int(lengths_N[place])
            size = (len(batches[-1]) + 1) * self._width(length) if batches else 0
            if not batches or size > self.max_padded_tokens or size - tokens - length > limit:
                batches.append([])
                tokens = 0
            batches[-1].append(place)
            tokens += length
        return [np.array(batch, dtype=np.int64) for batch in batches]

    def _width(self, length: int) -> int:
        return -(-length // self.pad_to_multiple_of) * self.pad_to_multiple_of

    def collate(self, documents: Supervised, pad_id: int) -> Batch:
        lengths_N = np.diff(documents.offsets_N1)
        width = self._width(int(lengths_N.max(initial=0)))
        attention_BT = np.arange(width) < lengths_N[:, None]
        ids_BT = np.full(attention_BT.shape, pad_id, dtype=np.int64)
        ids_BT[attention_BT] = documents.ids_T
        second_BT = None
        if documents.second_T is not None:
            second_BT = np.zeros_like(ids_BT)
            second_BT[attention_BT] = documents.second_T
        row_L = np.searchsorted(documents.offsets_N1, documents.positions_L, side="right") - 1
        return Batch(
            ids_BT=ids_BT,
            attention_BT=attention_BT.astype(np.int64),
            offsets_N1=None,
            positions_L=row_L * width + documents.positions_L - documents.offsets_N1[row_L],
            labels_L=documents.labels_L,
            documents=len(lengths_N),
            tokens=len(documents.ids_T),
            second_BT=second_BT,
        )
