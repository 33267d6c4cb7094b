"""Encoders: how probable a masked model finds the hidden units.

    P(u | rest) = prod_j p(w_j | rest, w_<j shown, w_>=j masked)

over the pieces w_1, w_2, ... of a unit u, from left to right (Kauf & Ivanova 2023). The units of one pass over a window
are hidden together; forward pass j shows the first j - 1 pieces of each. Always `[MASK]`, never a random token.

Legend of shapes: U units of all passes and windows in order, S tokens of a sequence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from acclimate.core.errors import Fault, UserError
from acclimate.core.protocols import Arm
from acclimate.core.scores import Floats
from acclimate.evaluate.hidden import Hidden
from acclimate.evaluate.rows import byte_borders
from acclimate.evaluate.unknown import BITS_A_BYTE, dropped_bytes, unknown_id
from acclimate.evaluate.windows import Window

AT_ONCE = 256
"""Sequences handed to an arm at once: what bounds memory."""


@dataclass(frozen=True)
class UnitResults:
    """What one arm said of every hidden unit.

    `bits_U` is -log2 P(u); `right_U` says whether every piece was the arm's first choice given the true pieces before
    it, which for a unit hidden alone is the same as guessing it greedily from left to right (beside others hidden with
    it, their true earlier pieces are shown too); `unknown_U` are bytes the arm's tokenizer can't say.
    """

    bits_U: Floats
    right_U: npt.NDArray[np.bool_]
    unknown_U: Floats


class _Read:
    """One window in the tokens of one arm: what is the same whatever is hidden in it."""

    def __init__(self, window: Window, number: int, arm: Arm) -> None:
        self.encoded = window.encoded[number]
        bytes_C = byte_borders(window.text)
        self.bytes_T = bytes_C[self.encoded.ends_T] - bytes_C[self.encoded.starts_T]
        self.dropped_C1 = np.concatenate([[0], np.cumsum(dropped_bytes(window, number))])
        self.mask_id, self.unknown_id = arm.tokenizer.mask_token_id, unknown_id(arm.tokenizer)


class _Masked:
    """One window with some units hidden, in the tokens of one arm; shows one more piece of each after every pass."""

    def __init__(self, read: _Read, hidden: Hidden) -> None:
        encoded = read.encoded
        self._places_T, self._bytes_T, self._unknown_id = encoded.places_T, read.bytes_T, read.unknown_id
        self._first_U, self._last_U = encoded.touching(hidden.spans_U2)
        self._true_S = encoded.ids_S
        self.ids_S = encoded.ids_S.copy()
        for first, last in zip(self._first_U, self._last_U, strict=True):
            self.ids_S[self._places_T[first:last]] = read.mask_id
        begin_U, end_U = hidden.spans_U2.T
        self.unknown_U = (read.dropped_C1[end_U] - read.dropped_C1[begin_U]).astype(np.float64)
        self.bits_U = BITS_A_BYTE * self.unknown_U
        self.right_U = self.unknown_U == 0
        self.pieces = int((self._last_U - self._first_U).max())

    def _due(self, piece: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Give the units that have a piece of this number, and the token of it."""
        units = np.flatnonzero(self._first_U + piece < self._last_U)
        return units, self._first_U[units] + piece

    def ask(self, piece: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
        """Give the positions that are looked at in pass `piece` (from 0), and what should be there."""
        positions = self._places_T[self._due(piece)[1]].astype(np.int64)
        return positions, self._true_S[positions]

    def take(self, piece: int, log_probability: Floats, best: npt.NDArray[np.int64]) -> None:
        """Write the answers down and show the pieces."""
        units, tokens = self._due(piece)
        positions, targets = self.ask(piece)
        known = targets != self._unknown_id
        lost = np.where(known, 0, self._bytes_T[tokens])
        self.bits_U[units] += np.where(known, -log_probability / np.log(2), BITS_A_BYTE * lost)
        self.unknown_U[units] += lost
        self.right_U[units] &= known & (best == targets)
        self.ids_S[positions] = targets


def score_hidden(
    arm: Arm, number: int, windows: Sequence[Window], hidden: Sequence[Hidden], told: Callable[[int], None]
) -> UnitResults:
    """Ask one arm for all hidden units.

    Takes: `number`, the arm's place in `Window.encoded`; `told`, called with the sequences done so far. Sequences go to
    the arm 256 at a time, and only those that still have pieces, so what is kept is a few numbers a unit.
    Raises: UserError if the arm's tokenizer has no mask token.
    """
    if arm.tokenizer.mask_token_id is None:
        raise UserError(Fault("model", "the tokenizer has no mask token", "a masked model", "use objective: clm"))
    results = [UnitResults(np.zeros(0), np.zeros(0, dtype=np.bool_), np.zeros(0))]
    for start in range(0, len(hidden), AT_ONCE):
        some = hidden[start : start + AT_ONCE]
        reads = {place: _Read(windows[place], number, arm) for place in {one.window for one in some}}
        chunk = [_Masked(reads[one.window], one) for one in some]
        for piece in range(max(one.pieces for one in chunk)):
            left = [one for one in chunk if one.pieces > piece]
            asked = [one.ask(piece) for one in left]
            answers = arm.score([one.ids_S for one in left], [ask[0] for ask in asked], [ask[1] for ask in asked])
            for one, answer in zip(left, answers, strict=True):
                one.take(piece, answer.log_probability_N, answer.best_N)
        results.extend(UnitResults(one.bits_U, one.right_U, one.unknown_U) for one in chunk)
        told(start + len(chunk))
    return UnitResults(
        np.concatenate([one.bits_U for one in results]),
        np.concatenate([one.right_U for one in results]),
        np.concatenate([one.unknown_U for one in results]),
    )
