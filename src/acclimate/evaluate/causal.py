"""Decoders: how many bits a causal model needs for the text.

    bits_per_byte = sum over scored tokens of -log2 p(x_t | its window) / sum of UTF-8 bytes of the raw text

A token counts where its last character lies. Beginning, end and padding are not scored; where an arm's tokenizer adds
no beginning of sequence, the characters of the first token are left out in every arm.

Legend of shapes: W windows, C characters of a window, T tokens of an arm.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from acclimate.core.protocols import Arm
from acclimate.core.scores import Floats
from acclimate.core.text import word_spans
from acclimate.evaluate.copying import stood_before
from acclimate.evaluate.encode import Encoded
from acclimate.evaluate.masked import AT_ONCE
from acclimate.evaluate.rows import EvalText, byte_borders
from acclimate.evaluate.unknown import BITS_A_BYTE, dropped_bytes, unknown_id
from acclimate.evaluate.windows import Window

STRIDE = 0.5
"""Share of a window that is measured; the rest is context."""


@dataclass(frozen=True)
class Counted:
    """What is measured in one window, the same for every arm.

    `begin` and `end` are characters of the window's text, `value_C` marks the characters of values (tagged rows),
    `repeated_C` of those that stood in the row before under the same key. `bytes`, `value_bytes`, `repeated_bytes` and
    `words` (those that begin here) are what the sums of bits are divided by.
    """

    begin: int
    end: int
    value_C: npt.NDArray[np.bool_]
    bytes: int
    value_bytes: int
    words: int
    repeated_C: npt.NDArray[np.bool_] | None = None
    repeated_bytes: int = 0


@dataclass(frozen=True)
class WindowResults:
    """What one arm said of every window.

    Bits of all tokens and of those of values, the number of tokens, bytes the tokenizer can't say, of all and of
    values, and bits of repeated values.
    """

    bits_W: Floats
    value_bits_W: Floats
    tokens_W: Floats
    unknown_W: Floats
    value_unknown_W: Floats
    repeated_bits_W: Floats


def count(texts: Sequence[EvalText], windows: Sequence[Window]) -> list[Counted]:
    """Fix what is measured in each window before any arm is asked."""
    result: list[Counted] = []
    row, units_U2, words_U = -1, np.empty((0, 2), dtype=np.int32), np.empty(0, dtype=np.int32)
    before_U = np.empty(0, dtype=np.bool_)
    for window in windows:
        if window.row != row:
            row = window.row
            units_U2 = texts[row].units()
            words_U = word_spans(texts[row].text)[:, 0]
            before_U = stood_before(texts[row])
        begin, end = first_counted(window), window.place(window.end)
        value_C, repeated_C = np.zeros((2, len(window.text)), dtype=np.bool_)
        if texts[row].tagged is not None:
            for (start, stop), repeated in zip(np.clip(units_U2 + window.place(0), begin, end), before_U, strict=True):
                value_C[start:stop], repeated_C[start:stop] = True, repeated
        bytes_C = np.diff(byte_borders(window.text))
        words_here = (words_U + window.place(0) >= begin) & (words_U + window.place(0) < end)
        total = int(bytes_C[begin:end].sum())
        of_values, of_repeated = (int(bytes_C[some_C].sum()) for some_C in (value_C, repeated_C))
        result.append(Counted(begin, end, value_C, total, of_values, int(words_here.sum()), repeated_C, of_repeated))
    return result


def first_counted(window: Window) -> int:
    """Give the first character of the window's text that every arm can be asked for.

    That is where the measured part begins, unless it begins with a token that nothing stands before: then the first
    border after it that all arms share.
    """
    begin = window.place(window.score_start)
    left_out = begin
    for encoded in window.encoded:
        if len(encoded.places_T) and encoded.places_T[0] == 0 and encoded.ends_T[0] > begin:
            left_out = max(left_out, int(encoded.ends_T[0]))
    while left_out > begin:
        straddling = [encoded.ends_T[_straddle(encoded, left_out)] for encoded in window.encoded]
        further = max((int(ends_T.max()) for ends_T in straddling if len(ends_T)), default=left_out)
        if further == left_out:
            break
        left_out = further
    return left_out


def _straddle(encoded: Encoded, border: int) -> npt.NDArray[np.bool_]:
    return np.asarray((encoded.starts_T < border) & (encoded.ends_T > border))


def score_text(
    arm: Arm, number: int, windows: Sequence[Window], counted: Sequence[Counted], told: Callable[[int], None]
) -> WindowResults:
    """Ask one arm for every counted token, 256 windows at a time.

    Takes: `number`, the arm's place in `Window.encoded`; `told`, called with the windows done so far.
    """
    sums_W6 = np.zeros((len(windows), 6))
    for start in range(0, len(windows), AT_ONCE):
        chunk = range(start, min(start + AT_ONCE, len(windows)))
        tokens = [_tokens(windows[place].encoded[number], counted[place]) for place in chunk]
        encoded = [windows[place].encoded[number] for place in chunk]
        places = [one.places_T[some].astype(np.int64) for one, some in zip(encoded, tokens, strict=True)]
        targets = [one.ids_S[some] for one, some in zip(encoded, places, strict=True)]
        answers = arm.score([one.ids_S for one in encoded], [some - 1 for some in places], targets)
        for place, some, answer in zip(chunk, tokens, answers, strict=True):
            nats_T = -answer.log_probability_N
            sums_W6[place] = _sums(windows[place], number, counted[place], some, nats_T, unknown_id(arm.tokenizer))
        told(chunk.stop)
    return WindowResults(*sums_W6.T)


def _last_character(encoded: Encoded) -> npt.NDArray[np.int32]:
    """Give the character a token counts with; one without width (a space that offsets leave out) that before it."""
    return np.maximum(encoded.ends_T - 1, 0)


def _tokens(encoded: Encoded, counted: Counted) -> npt.NDArray[np.int64]:
    last_T = _last_character(encoded)
    return np.flatnonzero((last_T >= counted.begin) & (last_T < counted.end) & (encoded.places_T > 0))


def _sums(
    window: Window, number: int, counted: Counted, tokens: npt.NDArray[np.int64], nats_T: Floats, unknown: int
) -> tuple[float, float, float, float, float, float]:
    encoded = window.encoded[number]
    borders = byte_borders(window.text)
    bytes_T = (borders[encoded.ends_T] - borders[encoded.starts_T])[tokens]
    unknown_T = encoded.ids_S[encoded.places_T[tokens]] == unknown
    bits_T = np.where(unknown_T, BITS_A_BYTE * bytes_T, nats_T / np.log(2))
    repeated_C = np.zeros_like(counted.value_C) if counted.repeated_C is None else counted.repeated_C
    value_T, repeated_T = (some_C[_last_character(encoded)[tokens]] for some_C in (counted.value_C, repeated_C))
    dropped_C = dropped_bytes(window, number)
    dropped_C[: counted.begin] = dropped_C[counted.end :] = 0
    lost, value_lost = float(dropped_C.sum()), float(dropped_C[counted.value_C].sum())
    return (
        float(bits_T.sum()) + BITS_A_BYTE * lost,
        float(bits_T[value_T].sum()) + BITS_A_BYTE * value_lost,
        float(len(tokens)),
        float(bytes_T[unknown_T].sum()) + lost,
        float(bytes_T[unknown_T & value_T].sum()) + value_lost,
        float(bits_T[repeated_T].sum()) + BITS_A_BYTE * float(dropped_C[repeated_C].sum()),
    )
