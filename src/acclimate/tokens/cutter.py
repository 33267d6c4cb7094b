"""From a row's text and its tokens to documents: windows with the tokens that are added to each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from acclimate.compat.text_encoder import Pieces, TextEncoder
from acclimate.core.examples import Document
from acclimate.core.rows import ROW_ID, Rows
from acclimate.tokens.windows import Window, one_window, plain_windows, tagged_windows

PAIR = "text_pair"
"""The column of a pair's second text."""
_ROWS = 1000
# So many tokens before a window tell what its first one goes on with: those of a word, or of a character in bytes.
_BEFORE = 32


class Record(NamedTuple):
    """What of a row becomes tokens. `header_chars` is 0 and `cuts` is empty unless the row is a tagged record.

    `second` is the second text of a pair (None: there is one text); `row` holds what a task reads.
    `prose`: other rows are tagged records, and this one is not.
    """

    row_id: str
    text: str
    header_chars: int
    cuts: list[int]
    second: str | None = None
    row: Mapping[str, Any] = MappingProxyType({})
    prose: bool = False


def records(rows: Rows, columns: Sequence[str] = ()) -> Iterator[tuple[int, list[Record]]]:
    """Give the records of `rows` in chunks, each with the number of its first row. A missing text is an empty one.

    Takes: `columns` that a task reads.
    """
    wanted = (ROW_ID, "text", "header_chars", "cuts", *columns)
    there = rows.select([name for name in dict.fromkeys(wanted) if name in rows.column_names])
    first = 0
    for batch in there.to_batches(max_chunksize=_ROWS):
        chunk = batch.to_pylist()
        yield first, [_record(row, columns) for row in chunk]
        first += len(chunk)


def _record(row: dict[str, Any], columns: Sequence[str]) -> Record:
    own = {name: row[name] for name in columns if name in row}
    header, cuts = row.get("header_chars") or 0, row.get("cuts") or []
    return Record(
        row[ROW_ID], row["text"] or "", header, cuts, own.get(PAIR), own, "cuts" in row and row["cuts"] is None
    )


class Made(NamedTuple):
    """What a row becomes. `long_header`: the header is too long to be repeated; `cut`: some of the text is in no document.

    `lost` says why there is no document (empty: there is one).
    """

    documents: list[Document]
    long_header: bool = False
    cut: bool = False
    lost: str = ""


@dataclass(frozen=True)
class Cutter:
    """Cuts texts into documents. A window holds `room` tokens beside those that are added to it; `stride` as in Tokens.

    `long` says what becomes of a longer text: windows, or one window that its right, left or middle is cut from.
    """

    encoder: TextEncoder
    room: int
    stride: int
    causal: bool
    long: str = "windows"

    def made(self, record: Record, pieces: Pieces) -> Made:
        """Give the documents of a row."""
        windows, long_header = self.windows(record, pieces)
        documents = [self.document(record, pieces, window) for window in windows]
        return Made(documents, long_header, cut=self.long != "windows" and len(pieces.ids_T) > self.room)

    def windows(self, record: Record, pieces: Pieces) -> tuple[list[Window], bool]:
        """Cut a text; say also whether its header was too long to be repeated (over half of the room)."""
        count = len(pieces.ids_T)
        if count > self.room and self.long != "windows":
            return [one_window(count, self.room, self.long)], False
        if count <= self.room or not record.cuts:
            return plain_windows(count, self.room, self.stride), False
        header = int(np.searchsorted(pieces.starts_T, record.header_chars))
        if header > self.room // 2:
            return plain_windows(count, self.room, self.stride), True
        return tagged_windows(count, self.room, header, np.searchsorted(pieces.starts_T, record.cuts).tolist()), False

    def document(self, record: Record, pieces: Pieces, window: Window) -> Document:
        """Give one window with its added tokens. The end of a causal text is added to its last window only."""
        prefix, suffix = self.encoder.prefix, self.encoder.suffix
        if self.causal and window.end < len(pieces.ids_T):
            suffix = suffix[:0]
        chosen = np.r_[window.context : window.context_end, window.begin : window.end]
        ids_T = np.concatenate([prefix, pieces.ids_T[chosen], suffix])
        starts_T, ends_T = np.zeros((2, len(ids_T)), dtype=np.int32)
        starts_T[len(prefix) : len(prefix) + len(chosen)] = pieces.starts_T[chosen]
        ends_T[len(prefix) : len(prefix) + len(chosen)] = pieces.ends_T[chosen]
        repeated_T = np.zeros(len(ids_T), dtype=np.bool_)
        repeated_T[len(prefix) : len(prefix) + window.context_end - window.context] = True
        special_T = self.encoder.special_V[ids_T]
        first = int(chosen[0]) if len(chosen) else 0
        before = slice(max(first - _BEFORE, 0), first)
        before_B2 = np.stack([pieces.starts_T[before], pieces.ends_T[before]], axis=1)
        return Document(
            record.text, ids_T, starts_T, ends_T, special_T, repeated_T, record.row, 0, record.prose, before_B2
        )
