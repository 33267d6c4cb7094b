"""Texts as an arm's tokenizer sees them, each token with the characters it stands for.

What looks like a special token in a text is text, as in training; the arm says which are meant (`in_text`).

Legend of shapes: S tokens of a sequence, T those of them that stand for text (not added by the tokenizer), U spans.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from acclimate.compat.text_encoder import TextEncoder, text_encoder
from acclimate.core.examples import Ints
from acclimate.core.protocols import Arm


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


def encoders_of(arms: Sequence[Arm]) -> list[TextEncoder]:
    """Set up the encoder of each arm; arms that share a tokenizer share it. Slow (a copy of the vocabulary): do it once.

    The end of a sequence is added only where the tokenizer does it by itself: it is not scored.
    """
    made: dict[tuple[int, tuple[str, ...]], TextEncoder] = {}
    for arm in arms:
        if _kind(arm) not in made:
            made[_kind(arm)] = text_encoder(arm.tokenizer, arm.in_text, add_end=False)
    return [made[_kind(arm)] for arm in arms]


def encode(encoder: TextEncoder, texts: Sequence[str]) -> list[Encoded]:
    """Tokenise whole texts, between the tokens that the tokenizer adds to one sequence and with nothing cut off."""
    found = []
    for pieces in encoder.pieces(texts):
        ids_S = np.concatenate([encoder.prefix, pieces.ids_T, encoder.suffix])
        places_T = np.arange(len(encoder.prefix), len(encoder.prefix) + len(pieces.ids_T), dtype=np.int32)
        starts_T, ends_T = np.maximum.accumulate(pieces.starts_T), np.maximum.accumulate(pieces.ends_T)
        found.append(Encoded(ids_S, places_T, starts_T, ends_T))
    return found


def encode_for(encoders: Sequence[TextEncoder], texts: Sequence[str]) -> list[tuple[Encoded, ...]]:
    """Tokenise each text with the encoder of every arm; those that are one and the same share the work."""
    found = {id(encoder): encode(encoder, texts) for encoder in {id(one): one for one in encoders}.values()}
    return [tuple(found[id(encoder)][place] for encoder in encoders) for place in range(len(texts))]


def same_tokenizer(arms: Sequence[Arm]) -> bool:
    """Say whether all arms cut every text into the same tokens (what they would truncate or pad does not count)."""
    kinds = {_kind(arm): arm for arm in arms}
    if len(kinds) < 2:
        return True
    first, *others = [(_rules(arm), set(arm.in_text)) for arm in kinds.values()]
    return all(one == first for one in others)


def _kind(arm: Arm) -> tuple[int, tuple[str, ...]]:
    return id(arm.tokenizer), tuple(arm.in_text)


def _rules(arm: Arm) -> dict[str, Any]:
    rules: dict[str, Any] = json.loads(arm.tokenizer.backend_tokenizer.to_str())
    return {key: value for key, value in rules.items() if key not in ("truncation", "padding")}
