"""Examples: all documents (windows) of one role as flat arrays with offsets, memory-mapped from disk.

Legend of shapes: T tokens of all documents, N documents, N1 = N + 1 borders, K labels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Document:
    """One tokenised window, as an objective sees it when examples are made.

    `text` is the raw text of the row; `starts_T`, `ends_T` are each token's characters in it (equal for a token that
    the tokenizer added); `special_T` marks tokens that are never hidden (tags, beginning and end of sequence);
    `repeated_T` marks tokens that stand in another window too (stride, repeated header) and carry no loss here. `row`
    holds the columns of the row that a task reads. Of a pair of texts the second begins at token `second` (0: one text).
    `prose`: the row is running text among tagged records (replayed, or of the control), which has no fields.
    `before_B2` are the characters of the row's last tokens before this window (none, if it begins with the first).
    """

    text: str
    ids_T: npt.NDArray[np.int32]
    starts_T: npt.NDArray[np.int32]
    ends_T: npt.NDArray[np.int32]
    special_T: npt.NDArray[np.bool_]
    repeated_T: npt.NDArray[np.bool_]
    row: Mapping[str, Any] = field(default_factory=dict)
    second: int = 0
    prose: bool = False
    before_B2: npt.NDArray[np.int32] = field(default_factory=lambda: np.empty((0, 2), np.int32))


@dataclass(frozen=True)
class Examples:
    """What training reads. Written once, read through memory maps; no list of ids is ever built.

    `units_T`: what the objective says of each token: its unit for masked models (-1: never hidden), 1 or 0 for causal
    ones (learnt or not). `row_N`: the document's row number in the prepared table. `key_N`: 64 bits that name the
    document for good (row id and window), on which its masks depend. `labels_NK`: what a task says of each whole
    document (None: nothing). `second_N`: where the second text of a pair begins (None: there are no pairs).
    `characters_T2`: start and end of each token in its row's text (None: nobody asked).
    """

    ids_T: npt.NDArray[np.int32]
    units_T: npt.NDArray[np.int32]
    offsets_N1: npt.NDArray[np.int64]
    row_N: npt.NDArray[np.int32]
    key_N: npt.NDArray[np.uint64]
    labels_NK: npt.NDArray[np.float32] | None = None
    second_N: npt.NDArray[np.int32] | None = None
    characters_T2: npt.NDArray[np.int32] | None = None

    def __len__(self) -> int:
        return len(self.row_N)

    @property
    def lengths_N(self) -> npt.NDArray[np.int64]:
        """Tokens of each document."""
        return np.diff(self.offsets_N1)

    def save(self, folder: Path) -> None:
        """Write one .npy file an array into `folder`, which must exist."""
        for one in fields(self):
            if getattr(self, one.name) is not None:
                np.save(folder / f"{one.name}.npy", getattr(self, one.name), allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> Examples:
        """Map the arrays that `save` wrote into memory, read-only."""
        paths = {one.name: folder / f"{one.name}.npy" for one in fields(cls)}
        there = {name: path for name, path in paths.items() if path.exists()}
        return cls(**{name: np.load(path, mmap_mode="r", allow_pickle=False) for name, path in there.items()})

    def gather(self, numbers: Ints) -> Flat:
        """Lay the documents `numbers` end to end (copies, which may be written to)."""
        spans = [(int(self.offsets_N1[number]), int(self.offsets_N1[number + 1])) for number in numbers]
        offsets = np.zeros(len(spans) + 1, dtype=np.int64)
        np.cumsum([end - start for start, end in spans], out=offsets[1:])
        return Flat(
            np.concatenate([self.ids_T[start:end] for start, end in spans]),
            np.concatenate([self.units_T[start:end] for start, end in spans]),
            offsets,
            self.key_N[numbers],
            None if self.labels_NK is None else self.labels_NK[numbers],
            None if self.second_N is None else self.second_N[numbers],
        )


@dataclass(frozen=True)
class Flat:
    """Some documents end to end: the part of `Examples` that one forward pass reads (same legend, N of the pass)."""

    ids_T: npt.NDArray[np.int32]
    units_T: npt.NDArray[np.int32]
    offsets_N1: npt.NDArray[np.int64]
    key_N: npt.NDArray[np.uint64]
    labels_NK: npt.NDArray[np.float32] | None = None
    second_N: npt.NDArray[np.int32] | None = None


@dataclass(frozen=True)
class Supervised:
    """Documents with what is to be learnt from them: `ids_T` as the model sees them; the head runs at
    `positions_L` (places in the flat row) and is to give `labels_L` there (one number each, or [L, ...] as the objective
    reads them). `second_N` as in `Examples`.
    """

    ids_T: npt.NDArray[np.int32]
    offsets_N1: npt.NDArray[np.int64]
    positions_L: npt.NDArray[np.int64]
    labels_L: npt.NDArray[Any]
    second_N: npt.NDArray[np.int32] | None = None

    @property
    def second_T(self) -> npt.NDArray[np.int64] | None:
        """Give 1 for the tokens of a pair's second text (and what is added after it), else 0. None: there are no pairs."""
        if self.second_N is None:
            return None
        lengths_N = np.diff(self.offsets_N1)
        place_T = np.arange(len(self.ids_T)) - np.repeat(self.offsets_N1[:-1], lengths_N)
        begin_T = np.repeat(self.second_N, lengths_N)
        return ((begin_T > 0) & (place_T >= begin_T)).astype(np.int64)


@dataclass(frozen=True)
class Batch:
    """One forward pass: B rows of T tokens. `offsets_N1` is set for one flat row of documents, else None and
    `attention_BT` marks padding with 0. `positions_L` counts through the flattened rows (b * T + t). `second_BT` is 1 in
    the second text of a pair (None: there are no pairs).
    """

    ids_BT: npt.NDArray[np.int64]
    attention_BT: npt.NDArray[np.int64] | None
    offsets_N1: npt.NDArray[np.int64] | None
    positions_L: npt.NDArray[np.int64]
    labels_L: npt.NDArray[Any]
    documents: int
    tokens: int
    second_BT: npt.NDArray[np.int64] | None = None

    @property
    def document_L(self) -> npt.NDArray[np.int64]:
        """The place, in this batch, of each label's document."""
        if self.offsets_N1 is None:
            place_L: npt.NDArray[np.int64] = self.positions_L // self.ids_BT.shape[1]
        else:
            place_L = np.searchsorted(self.offsets_N1, self.positions_L, side="right") - 1
        return place_L
