"""Conversations: how many bits a causal model needs for the right answers.

    bits_per_byte = sum over tokens of answers of -log2 p(x_t | the conversation before it) / sum of UTF-8 bytes of answers

Every arm reads the same text, as one chat template wrote it out. What counts is what came from the rows: neither the
template's words nor the token that ends a turn. Borders are moved outwards to the token borders of all arms. Of a
conversation longer than a window what lies furthest back is left out, the same characters in every arm.

Legend of shapes: S tokens of a sequence, T those of them with a place in the text, C characters of a text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from acclimate.compat.written_encoder import WrittenEncoder
from acclimate.core.errors import AcclimateError
from acclimate.core.protocols import Arm
from acclimate.core.rendered import Rendered
from acclimate.core.scores import GroupSums
from acclimate.core.text import word_spans
from acclimate.evaluate.causal import STRIDE, Counted
from acclimate.evaluate.encode import Encoded
from acclimate.evaluate.hidden import snap
from acclimate.evaluate.rows import EvalText, byte_borders
from acclimate.evaluate.windows import Window

OF_ANSWERS = " of the right answers"
"""What the unit of a score ends with that is of answers alone."""


def of_answers(sums: Sequence[GroupSums]) -> list[GroupSums]:
    """Give scores whose unit says that they are of answers alone."""
    return [replace(one, unit=f"{one.unit}{OF_ANSWERS}") for one in sums]


def cut_answers(texts: Sequence[EvalText], arms: Sequence[Arm]) -> tuple[list[Window], list[Counted]]:
    """Give windows, each with (a part of) an answer at its end, and what of each is measured: that part.

    A window's `text` is the whole conversation; its tokens are those that an arm reads.
    """
    windows: list[Window] = []
    counted: list[Counted] = []
    written = [_conversation(text) for text in texts]
    for row, (one, encoded) in enumerate(zip(written, _encoded(written, arms), strict=True)):
        bytes_C, words_U = np.diff(byte_borders(one.text)), word_spans(one.text)[:, 0]
        answers_U2 = np.array(one.answers, dtype=np.int64).reshape(-1, 2)
        spans_U2 = snap(answers_U2, encoded)[0] if len(answers_U2) else answers_U2
        for start, end in spans_U2.tolist():
            for context, begin, stop in _parts(encoded, arms, start, end):
                read = tuple(
                    _between(each, context, stop, arm.tokenizer.bos_token_id)
                    for each, arm in zip(encoded, arms, strict=True)
                )
                windows.append(Window(row, 0, 0, begin, stop, one.text, read))
                words = int(((words_U >= begin) & (words_U < stop)).sum())
                nothing_C = np.zeros(len(one.text), dtype=np.bool_)
                counted.append(Counted(begin, stop, nothing_C, int(bytes_C[begin:stop].sum()), 0, words))
    return windows, counted


def _conversation(text: EvalText) -> Rendered:
    if text.written is None:
        raise AcclimateError(f"{text.row_id} is no conversation, but others are")
    return text.written


def _encoded(written: Sequence[Rendered], arms: Sequence[Arm]) -> Iterator[tuple[Encoded, ...]]:
    """Give each conversation in the tokens of every arm; arms that share a tokenizer share the work."""
    encoders = {(id(arm.tokenizer), tuple(arm.in_text)): arm for arm in arms}
    found = {
        kind: [
            Encoded(
                one.ids_T,
                np.arange(len(one.ids_T), dtype=np.int32),
                np.maximum.accumulate(one.starts_T),
                np.maximum.accumulate(one.ends_T),
            )
            for one in WrittenEncoder(arm.tokenizer, frozenset(arm.in_text)).pieces(written)
        ]
        for kind, arm in encoders.items()
    }
    for row in range(len(written)):
        yield tuple(found[id(arm.tokenizer), tuple(arm.in_text)][row] for arm in arms)


def _parts(encoded: Sequence[Encoded], arms: Sequence[Arm], start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Split the answer [start, end) into parts that every arm can read with what stands before them.

    Gives: where the window begins, and the part. At most half of a window is measured where not all of it fits.
    """
    while start < end:
        context, stop = 0, end
        if any(_count(one, 0, end) > arm.max_length for one, arm in zip(encoded, arms, strict=True)):
            for one, arm in zip(encoded, arms, strict=True):
                limit = int(np.searchsorted(one.starts_T, start)) + max(int(arm.max_length * STRIDE), 1)
                if limit < len(one) and one.starts_T[limit] < stop:
                    stop = int(one.starts_T[limit])
            before = _border(encoded, stop, forward=False)
            stop = before if before > start else _border(encoded, max(stop, start + 1), forward=True)
            for one, arm in zip(encoded, arms, strict=True):
                first = int(np.searchsorted(one.starts_T, stop)) - (arm.max_length - 1)  # one is kept for the beginning
                context = max(context, int(one.starts_T[first]) if first > 0 else 0)
            context = min(_border(encoded, context, forward=True), start)
        yield context, start, stop
        start = stop


def _count(one: Encoded, start: int, end: int) -> int:
    first, last = np.searchsorted(one.starts_T, [start, end])
    return int(last - first)


def _border(encoded: Sequence[Encoded], place: int, *, forward: bool) -> int:
    """Move a border until no token of any arm lies across it."""
    while True:
        moved = place
        for one in encoded:
            across_T = (one.starts_T < moved) & (one.ends_T > moved)
            if across_T.any():
                moved = int(one.ends_T[across_T].max() if forward else one.starts_T[across_T].min())
        if moved == place:
            return place
        place = moved


def _between(one: Encoded, context: int, stop: int, begin_id: int | None) -> Encoded:
    """Give the tokens of [context, stop); a beginning of sequence stays where what follows it is left out."""
    first, last = (int(place) for place in np.searchsorted(one.starts_T, [context, stop]))
    kept_S = np.arange(first, last)
    if first and len(one) and one.ids_S[0] == begin_id:
        kept_S = np.concatenate([[0], kept_S])
    return Encoded(one.ids_S[kept_S], np.arange(len(kept_S), dtype=np.int32), one.starts_T[kept_S], one.ends_T[kept_S])
