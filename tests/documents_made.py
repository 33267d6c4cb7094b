"""Documents for tests: from pieces written by hand, or by a real tokenizer; and batches of units."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from transformers import PreTrainedTokenizerFast

from acclimate.core.examples import Document
from acclimate.core.seeds import mix

Keys = npt.NDArray[np.uint64]


def by_hand(text: str, pieces: Sequence[str], special: Sequence[str] = (), repeated: Sequence[str] = ()) -> Document:
    """Make a document of `pieces`, which stand in `text` in this order; one that does not is an added token."""
    starts, ends, place = [], [], 0
    for piece in pieces:
        found = text.find(piece, place)
        starts.append(max(found, 0))
        ends.append(found + len(piece) if found >= 0 else 0)
        place = max(place, ends[-1])
    return Document(
        text,
        np.arange(len(pieces), dtype=np.int32),
        np.array(starts, dtype=np.int32),
        np.array(ends, dtype=np.int32),
        np.array([piece in special for piece in pieces]),
        np.array([piece in repeated for piece in pieces]),
    )


def by_tokenizer(text: str, tokenizer: PreTrainedTokenizerFast) -> Document:
    """Make a document of a whole text, with what the tokenizer adds."""
    said = tokenizer(text, return_offsets_mapping=True, return_special_tokens_mask=True)
    ids_T = np.array(said["input_ids"], dtype=np.int32)
    offsets = np.array(said["offset_mapping"], dtype=np.int32).reshape(-1, 2)
    special_T = np.array(said["special_tokens_mask"], dtype=np.bool_)
    return Document(text, ids_T, offsets[:, 0], offsets[:, 1], special_T, np.zeros(len(ids_T), dtype=np.bool_))


def keys(count: int, seed: int = 0) -> Keys:
    """Give keys as `Mlm` makes them: mixed 64-bit numbers."""
    return mix(np.arange(count), seed)


def offsets(lengths: Sequence[int]) -> npt.NDArray[np.int64]:
    """Give the borders of documents of these lengths."""
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
