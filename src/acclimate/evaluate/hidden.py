"""What is hidden from encoders: character spans that every arm hides alike (docs/measuring.md, Encoders).

Legend of shapes: U spans hidden in one window, T tokens of an arm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from acclimate.core.seeds import hash64, mix
from acclimate.core.text import Spans
from acclimate.evaluate.encode import Encoded
from acclimate.evaluate.rows import EvalText, byte_borders
from acclimate.evaluate.windows import Window

PASSES = 7


@dataclass(frozen=True)
class Hidden:
    """The units hidden together in one pass over one window.

    `spans_U2` are characters of the window's text, in order and without overlap; `bytes_U` their UTF-8 bytes;
    `unit_U` is the row's unit that a span is (but for white space around it), or -1 where it is not exactly one.
    """

    window: int
    spans_U2: Spans
    bytes_U: npt.NDArray[np.int64]
    unit_U: npt.NDArray[np.int64]


def deal(seed: int, row_id: str, units: int) -> npt.NDArray[np.int64]:
    """Give the pass of each unit of a row: mix(seed, hash64(row_id), unit) mod 7, whatever the tokenizers."""
    return (mix(seed, hash64(row_id), np.arange(units)) % np.uint64(PASSES)).astype(np.int64)


def plan(texts: Sequence[EvalText], windows: Sequence[Window], seed: int, passes: int) -> list[Hidden]:
    """Choose what is hidden: the units of the first `passes` of 7 passes, one entry a window and pass that has any.

    Units that a token of some arm ties together become one, hidden in the pass of its first unit; so 7 passes hide
    everything exactly once. Units that no arm has a token for are left out.
    """
    result: list[Hidden] = []
    row, units_U2, pass_U = -1, np.empty((0, 2), dtype=np.int32), np.empty(0, dtype=np.int64)
    for number, window in enumerate(windows):
        if window.row != row:
            row = window.row
            units_U2 = texts[row].units()
            pass_U = deal(seed, texts[row].row_id, len(units_U2))
        result.extend(_of_window(number, window, units_U2, pass_U, passes))
    return result


def _of_window(
    number: int, window: Window, units_U2: Spans, pass_U: npt.NDArray[np.int64], passes: int
) -> list[Hidden]:
    inside_U = np.flatnonzero((units_U2[:, 0] < window.end) & (units_U2[:, 1] > window.score_start))
    if not len(inside_U):
        return []
    whole_U2 = units_U2[inside_U].astype(np.int64)
    clipped_U2 = np.clip(whole_U2, window.score_start, window.end)
    spans_U2, first_U = snap(clipped_U2 + window.place(0), window.encoded)
    bytes_C = byte_borders(window.text)
    bytes_U = bytes_C[spans_U2[:, 1]] - bytes_C[spans_U2[:, 0]]
    alike_U = _same_but_for_spaces(window.text, spans_U2, whole_U2[first_U] + window.place(0))
    unit_U = np.where(alike_U, inside_U[first_U], -1)
    pass_of_U = np.where(has_tokens(spans_U2, window.encoded), pass_U[inside_U[first_U]], PASSES)
    chosen = [np.flatnonzero(pass_of_U == one) for one in range(passes)]
    return [Hidden(number, spans_U2[one], bytes_U[one], unit_U[one]) for one in chosen if len(one)]


def _same_but_for_spaces(text: str, spans_U2: Spans, units_U2: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    visible_C = np.cumsum([0] + [not character.isspace() for character in text])
    inside_U = (spans_U2[:, 0] <= units_U2[:, 0]) & (units_U2[:, 1] <= spans_U2[:, 1])
    seen_U = visible_C[spans_U2[:, 1]] - visible_C[spans_U2[:, 0]]
    units_U2 = np.clip(units_U2, 0, len(text))
    return np.asarray(inside_U & (seen_U == visible_C[units_U2[:, 1]] - visible_C[units_U2[:, 0]]))


def has_tokens(spans_U2: Spans, encoded: Sequence[Encoded]) -> npt.NDArray[np.bool_]:
    """Say of each span whether any arm has a token for it."""
    borders = [one.touching(spans_U2) for one in encoded]
    return np.asarray(np.any([first_U < last_U for first_U, last_U in borders], axis=0), dtype=np.bool_)


def snap(spans_U2: npt.NDArray[np.int64], encoded: Sequence[Encoded]) -> tuple[Spans, npt.NDArray[np.int64]]:
    """Grow spans outwards until no token of any arm lies half in one, merging those that come to overlap.

    Takes: spans in order and without overlap. Gives: the grown spans, and which span was the first of each.
    """
    first_U = np.arange(len(spans_U2))
    while True:
        starts_U, ends_U = spans_U2.T
        for one in encoded:
            begin_U, stop_U = one.touching(np.stack([starts_U, ends_U], axis=1))
            some_U = begin_U < stop_U
            starts_U, ends_U = starts_U.copy(), ends_U.copy()
            starts_U[some_U] = np.minimum(starts_U[some_U], one.starts_T[begin_U[some_U]])
            ends_U[some_U] = np.maximum(ends_U[some_U], one.ends_T[stop_U[some_U] - 1])
        reach_U = np.maximum.accumulate(ends_U)
        apart = np.flatnonzero(np.concatenate([[True], starts_U[1:] >= reach_U[:-1]]))
        grown_U2 = np.stack([np.minimum.reduceat(starts_U, apart), reach_U[np.append(apart[1:], len(ends_U)) - 1]], 1)
        first_U = first_U[apart]
        if np.array_equal(grown_U2, spans_U2):
            return grown_U2.astype(np.int32), first_U
        spans_U2 = grown_U2
