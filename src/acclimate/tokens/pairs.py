"""From a row's two texts to documents: both in each, the second in windows or cut.

Offsets of a document are characters of the second text; the first is never learnt and has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from acclimate.compat.text_encoder import Pieces, TextEncoder, text_encoder
from acclimate.core.errors import Fault, UserError
from acclimate.core.examples import Document, Ints
from acclimate.tokens.cutter import Made, Record
from acclimate.tokens.windows import Window, one_window, plain_windows

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast


@dataclass(frozen=True)
class PairCutter:
    """Makes documents of pairs: `length` tokens at most, those included that the tokenizer adds around a pair.

    `long` windows: the first text (a question) stands whole in each window of the second. Else both are cut on the side it
    says, the longer one first, until they fit (as transformers' longest_first).
    """

    encoder: TextEncoder
    length: int
    stride: int
    long: str
    where: str

    def made(self, record: Record, first: Pieces, second: Pieces) -> Made:
        """Give the documents of a row. Raises: UserError if the first text leaves no room for windows of the second."""
        pair = self.encoder.pair
        room = self.length - len(pair.prefix) - len(pair.middle) - len(pair.suffix)
        asked, count = len(first.ids_T), len(second.ids_T)
        if self.long != "windows":
            left, right = _longest_first(asked, count, room)
            windows = [_whole(count) if right == count else one_window(count, right, self.long)]
            asked_T = first.ids_T if left == asked else first.ids_T[_kept(one_window(asked, left, self.long))]
            documents = [self._document(record, asked_T, second, window) for window in windows]
            return Made(documents, cut=left < asked or right < count)
        if room - asked <= self.stride:
            raise self._too_long(record.row_id, asked, room)
        windows = plain_windows(count, room - asked, self.stride)
        return Made([self._document(record, first.ids_T, second, window) for window in windows])

    def _too_long(self, row_id: str, asked: int, room: int) -> UserError:
        """Say how long a first text is that leaves too little of a window for the second, and how long it may be."""
        beside = f"{self.length - room} that the tokenizer adds and over {self.stride} of the second text (stride)"
        return UserError(
            Fault(
                f"{self.where}.max_length",
                f"{row_id}: the first text (the question) has {asked} tokens, a window {self.length}",
                f"a first text of at most {max(room - self.stride - 1, 0)} tokens: a window holds beside it {beside}",
                "raise max_length (as far as the model reads), lower stride, or shorten the text",
            )
        )

    def _document(self, record: Record, first_T: Ints, second: Pieces, window: Window) -> Document:
        pair, chosen = self.encoder.pair, _kept(window)
        ids_T = np.concatenate([pair.prefix, first_T, pair.middle, second.ids_T[chosen], pair.suffix])
        begin = len(pair.prefix) + len(first_T) + len(pair.middle)
        starts_T, ends_T = np.zeros((2, len(ids_T)), dtype=np.int32)
        starts_T[begin : begin + len(chosen)] = second.starts_T[chosen]
        ends_T[begin : begin + len(chosen)] = second.ends_T[chosen]
        repeated_T = np.ones(len(ids_T), dtype=np.bool_)
        repeated_T[begin + window.context_end - window.context : begin + len(chosen)] = False
        special_T = self.encoder.special_V[ids_T]
        return Document(record.second or "", ids_T, starts_T, ends_T, special_T, repeated_T, record.row, begin)


def joined_without_mark(tokenizer: PreTrainedTokenizerFast) -> bool:
    """Say whether a tokenizer adds nothing between two texts, so that they run together."""
    return not len(text_encoder(tokenizer, (), add_end=False).pair.middle)


def _kept(window: Window) -> Ints:
    return np.arange(window.end)[np.r_[window.context : window.context_end, window.begin : window.end]]


def _whole(count: int) -> Window:
    return Window(0, 0, 0, count)


def _longest_first(first: int, second: int, room: int) -> tuple[int, int]:
    """Give how many tokens of each are kept: of the longer one tokens go until they are equal, then of both in turn."""
    if first + second <= room:
        return first, second
    shorter = min(first, second, room // 2)
    return (shorter, room - shorter) if first <= second else (room - shorter, shorter)
