"""Documents end to end in one flat row."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from acclimate.core.examples import Batch, Ints, Supervised
from acclimate.core.method import Method, option


class PaddingFree(Method):
    """Lay documents end to end in one row of tokens, at most `batch_tokens` long: no padding, and no cut document.

    Takes: the lengths of an update's documents, in tokens.

    Gives: for each micro-batch its flat rows, filled in order; a document that alone is longer than `batch_tokens`
    has a row of its own.

    Options: how many tokens a row may hold (`batch_tokens`): memory grows with it, and the update stays the same.

    When to use: by default. The model attends within each document only (offsets travel with the row); where an
    architecture can't do this exactly (DeBERTa), `pad` is taken.

    Source: Krell et al. 2021 (arXiv 2107.02027) without their packing: nothing has to fit.

    Raises: nothing.
    """

    flat: ClassVar[bool] = True

    batch_tokens: Annotated[int, Field(ge=16, le=10_000_000)] | Literal["auto"] = option(
        4096, "longest row; auto: as long as memory has room for", unit="tokens"
    )

    def sized(self, tokens: int) -> PaddingFree:
        """Give the same with rows of `tokens` where their length was to be chosen."""
        return PaddingFree(batch_tokens=tokens) if self.batch_tokens == "auto" else self

    def layout(self, lengths_N: Ints, micro_batches: int) -> list[list[Ints]]:
        return [self._rows(places, lengths_N) for places in np.array_split(np.arange(len(lengths_N)), micro_batches)]

    def _rows(self, places: Ints, lengths_N: Ints) -> list[Ints]:
        rows: list[list[int]] = []
        filled, longest = 0, float("inf") if self.batch_tokens == "auto" else self.batch_tokens
        for place, length in zip(places.tolist(), lengths_N[places].tolist(), strict=True):
            if not rows or filled + length > longest:
                rows.append([])
                filled = 0
            rows[-1].append(place)
            filled += length
        return [np.array(row, dtype=np.int64) for row in rows]

    def collate(self, documents: Supervised, pad_id: int) -> Batch:
        second_T = documents.second_T
        return Batch(
            ids_BT=documents.ids_T[None].astype(np.int64),
            attention_BT=None,
            offsets_N1=documents.offsets_N1,
            positions_L=documents.positions_L,
            labels_L=documents.labels_L,
            documents=len(documents.offsets_N1) - 1,
            tokens=len(documents.ids_T),
            second_BT=None if second_T is None else second_T[None],
        )
