"""Texts as an arm's tokenizer sees them, each token with the characters it stands for.

Legend of shapes: S tokens of a sequence, T those of them that stand for text (not added by the tokenizer), U spans.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from acclimate.core.examples import Ints
from acclimate.core.protocols import Arm

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast


@dataclass(frozen=True)
class Encoded:
    """One text in tokens.

    `ids_S` is what the model reads, special tokens included; `places_T` is where in it the tokens of the text are, and
    `starts_T`, `ends_T` are their characters (never falling; pieces of one character all have that character).
    """

    ids_S: npt.NDArray[np.int32]
    places_T: npt.NDArray[np.int32]
    starts_T: npt.NDArray[np.int32]
    ends_T: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.ids_S)

    def touching(self, spans_U2: Ints) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Give first and last + 1 of the T tokens that touch each span (equal where none does)."""
        first_U = np.searchsorted(self.ends_T, spans_U2[:, 0], side="right")
        last_U = np.searchsorted(self.starts_T, spans_U2[:, 1], side="left")
        return first_U, np.maximum(first_U, last_U)

    def covered(self, characters: int) -> npt.NDArray[np.bool_]:
        """Give for each character of the text whether any token stands for it."""
        change = np.zeros(characters + 1, dtype=np.int64)
        np.add.at(change, self.starts_T, 1)
        np.add.at(change, self.ends_T, -1)
        return np.asarray(np.cumsum(change)[:-1] > 0)


def encode(tokenizer: PreTrainedTokenizerFast, texts: Sequence[str]) -> list[Encoded]:
    """Tokenise whole texts, with the special tokens that this tokenizer adds and nothing cut off."""
    if not texts:
        return []
    found = tokenizer(
        list(texts),
        truncation=False,
        padding=False,
        return_offsets_mapping=True,
        return_special_tokens_mask=True,
        return_attention_mask=False,
        return_token_type_ids=False,
        verbose=False,
    )
    fields = zip(found["input_ids"], found["special_tokens_mask"], found["offset_mapping"], strict=True)
    return [_encoded(ids, added, offsets) for ids, added, offsets in fields]


def _encoded(ids: list[int], added: list[int], offsets: list[tuple[int, int]]) -> Encoded:
    places_T = np.flatnonzero(np.asarray(added, dtype=np.int8) == 0).astype(np.int32)
    characters_T2 = np.asarray(offsets, dtype=np.int32).reshape(-1, 2)[places_T]
    starts_T, ends_T = np.ascontiguousarray(np.maximum.accumulate(characters_T2, axis=0).T)
    return Encoded(np.asarray(ids, dtype=np.int32), places_T, starts_T, ends_T)


def encode_for(arms: Sequence[Arm], texts: Sequence[str]) -> list[tuple[Encoded, ...]]:
    """Tokenise each text for every arm; arms that share a tokenizer share the work."""
    done: dict[int, list[Encoded]] = {}
    for arm in arms:
        if id(arm.tokenizer) not in done:
            done[id(arm.tokenizer)] = encode(arm.tokenizer, texts)
    return [tuple(done[id(arm.tokenizer)][place] for arm in arms) for place in range(len(texts))]


def same_tokenizer(arms: Sequence[Arm]) -> bool:
    """Say whether all arms cut every text into the same tokens (what they would truncate or pad does not count)."""
    kinds = {id(arm.tokenizer): arm.tokenizer for arm in arms}
    if len(kinds) < 2:
        return True
    first, *others = [json.loads(tokenizer.backend_tokenizer.to_str()) for tokenizer in kinds.values()]
    for one in (first, *others):
        one.pop("truncation", None)
        one.pop("padding", None)
    return all(one == first for one in others)
