"""Windows cut in characters, so that all arms see the same text although their tokenizers differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from acclimate.compat.text_encoder import TextEncoder
from acclimate.core.errors import Fault, UserError
from acclimate.core.protocols import Arm
from acclimate.core.text import word_spans
from acclimate.evaluate.encode import Encoded, encode_for, encoders_of
from acclimate.evaluate.rows import EvalText


@dataclass(frozen=True)
class Window:
    """A piece of row `row` that every arm can read at once: `row[:header] + row[context_start:end]`.

    Only what lies in [score_start, end) of the row is measured here; what comes before is context. `header` is 0 where
    the header needs no repeating. `encoded` holds the window's text in each arm's tokens, in the order of the arms.
    """

    row: int
    header: int
    context_start: int
    score_start: int
    end: int
    text: str
    encoded: tuple[Encoded, ...]

    def place(self, character: int) -> int:
        """Give where in `text` a character of the row lies (one that is not of the repeated header)."""
        return self.header + character - self.context_start


def cut(texts: Sequence[EvalText], arms: Sequence[Arm], overlap: float) -> list[Window]:
    """Cut every text into windows that fit each arm, such that every character is measured in exactly one of them.

    Takes: `overlap`, the share of a window (in tokens of the arm that needs most, 0 to below 1) that is context where
    there is that much text before: 0 for encoders, whose windows follow one another; for decoders the rest of the
    window is the stride. Gives: windows in the order of the rows; rows without text have none.
    Tagged rows are cut before an event and repeat their header, others before white space, else before a word (in
    scripts without spaces: any character), else anywhere.
    Raises: UserError if not even one character fits.
    """
    result: list[Window] = []
    encoders = encoders_of(arms)
    for row, encoded in enumerate(encode_for(encoders, [text.text for text in texts])):
        text = texts[row]
        if _share_filled(encoded, arms) <= 1:
            result.extend([Window(row, 0, 0, 0, len(text.text), text.text, encoded)] if text.text else [])
        else:
            result.extend(_Cutter(row, text, arms, encoders, encoded, overlap).windows())
    return result


def _share_filled(encoded: Sequence[Encoded], arms: Sequence[Arm]) -> float:
    return max(len(one) / arm.max_length for one, arm in zip(encoded, arms, strict=True))


class _Cutter:
    """Cuts one text. Guesses where the tokens run out from the tokens of the whole text, then tries and mends."""

    def __init__(
        self,
        row: int,
        text: EvalText,
        arms: Sequence[Arm],
        encoders: Sequence[TextEncoder],
        whole: tuple[Encoded, ...],
        overlap: float,
    ) -> None:
        self._row, self._text, self._whole, self._overlap = row, text.text, whole, overlap
        self._arms, self._encoders = arms, encoders
        added = [len(one) - len(one.places_T) for one in whole]
        self._rooms = [arm.max_length - marks for arm, marks in zip(arms, added, strict=True)]
        spaces = np.array([character.isspace() for character in self._text])
        before_space = np.flatnonzero(spaces[1:] & ~spaces[:-1]) + 1
        self._borders: list[npt.NDArray[np.int64]] = [np.array(sorted(text.cuts), dtype=np.int64), before_space]
        self._borders.append(word_spans(self._text)[:, 0].astype(np.int64))
        self._header = text.header_chars if self._is_small(text.header_chars) else 0

    def _is_small(self, header: int) -> bool:
        """A header that fills over half of a window is not worth repeating."""
        return all(2 * self._tokens(one, 0, header) <= room for one, room in zip(self._whole, self._rooms, strict=True))

    @staticmethod
    def _tokens(one: Encoded, start: int, end: int) -> int:
        begin, stop = np.searchsorted(one.starts_T, [start, end])
        return int(stop - begin)

    def windows(self) -> Iterator[Window]:
        start = 0
        while start < len(self._text):
            header = self._header if start >= self._header else 0
            window = self._fit(start, self._context(start, header), header)
            yield window
            start = window.end

    def _context(self, start: int, header: int) -> int:
        """Go back from `start` until some arm has spent the overlap on what it passed (and on the header)."""
        if not self._overlap:
            return start
        context = header
        for one, room in zip(self._whole, self._rooms, strict=True):
            budget = max(int(room * self._overlap) - self._tokens(one, 0, header), 0)
            first = int(np.searchsorted(one.starts_T, start)) - budget
            if first > 0:
                context = max(context, int(one.starts_T[first]) if budget else start)
        for borders in self._borders[:2]:
            border = max(self._last_border(borders, context), header)
            if context - border <= max((start - context) // 4, 1):
                return border
        return context

    @staticmethod
    def _last_border(borders: npt.NDArray[np.int64], limit: int) -> int:
        place = int(np.searchsorted(borders, limit, side="right")) - 1
        return int(borders[place]) if place >= 0 else 0

    def _end(self, start: int, limit: int) -> int:
        """Give the best place to cut in (start, limit]: events anywhere, other borders in the latter half."""
        if limit >= len(self._text):
            return len(self._text)
        events = max(start, self._header)
        half = start + (limit - start) // 2
        for borders, above in zip(self._borders, (events, half, half), strict=True):
            end = self._last_border(borders, limit)
            if end > above:
                return end
        return max(limit, start + 1)

    def _limit(self, context: int, header: int) -> int:
        limit = len(self._text)
        for one, room in zip(self._whole, self._rooms, strict=True):
            left = max(room - self._tokens(one, 0, header), 1)
            first_out = int(np.searchsorted(one.starts_T, context)) + left
            if first_out < len(one.starts_T):
                limit = min(limit, int(one.starts_T[first_out]))
        return limit

    def _fit(self, start: int, context: int, header: int) -> Window:
        limit = max(self._limit(context, header), start + 1)
        while True:
            end = self._end(start, limit)
            text = self._text[:header] + self._text[context:end]
            (encoded,) = encode_for(self._encoders, [text])
            if _share_filled(encoded, self._arms) <= 1:
                return Window(self._row, header, context, start, end, text, encoded)
            if end - start > 1:
                limit = start + max(1, min(end - start - 1, (end - start) * 9 // 10))
            elif context < start:
                context = (context + start + 1) // 2
            elif header:
                header = 0
            else:
                shortest = min(arm.max_length for arm in self._arms)
                raise UserError(
                    Fault("tokens.max_length", f"{shortest} tokens hold not even {text!r}", "more", "raise max_length")
                )
