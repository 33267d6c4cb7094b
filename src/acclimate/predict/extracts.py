"""From what a head says of starts and ends to answers: stretches of a context.

Legend of shapes: T tokens of a window, C those of the context.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from acclimate.core.answers import Floats
from acclimate.core.examples import Examples


class _Best(NamedTuple):
    """The best answer of a window: its score, and its characters in the context."""

    score: float
    start: int
    end: int


def extracts(
    said: Sequence[Floats], examples: Examples, contexts: Sequence[str], longest: int, *, may_be_none: bool
) -> tuple[str, ...]:
    """Give the answer to each row's question; an empty text: there is none.

    The best of all windows: the highest start + end (logits) of tokens of the context with start <= end < start + longest.
    Where there `may_be_none`, it must be above the lowest of the windows' scores for "no answer" (start + end of the first
    token), as in the evaluation of SQuAD 2.0.

    Takes: `said`, the head's [T, 2] of each window; examples with characters; `longest`, in tokens.
    """
    best = [_Best(-np.inf, 0, 0)] * len(contexts)
    none = [np.inf] * len(contexts)
    for number, (row, logits_T2) in enumerate(zip(examples.row_N.tolist(), said, strict=True)):
        begin, end = examples.offsets_N1[number], examples.offsets_N1[number + 1]
        characters_T2 = np.asarray(examples.characters_T2)[begin:end]
        best[row] = max(best[row], _of_window(logits_T2, characters_T2, longest))
        none[row] = min(none[row], float(logits_T2[0].sum()))
    return tuple(
        context[one.start : one.end].strip() if not may_be_none or one.score > score else ""
        for context, one, score in zip(contexts, best, none, strict=True)
    )


def _of_window(logits_T2: Floats, characters_T2: np.typing.NDArray[np.int32], longest: int) -> _Best:
    context_T = characters_T2[:, 0] < characters_T2[:, 1]
    starts_C, ends_C = logits_T2[context_T].T
    if not len(starts_C):
        return _Best(-np.inf, 0, 0)
    length_CC = np.arange(len(starts_C)) - np.arange(len(starts_C))[:, None]
    allowed_CC = (length_CC >= 0) & (length_CC < longest)
    score_CC = np.where(allowed_CC, starts_C[:, None] + ends_C, -np.inf)
    start, end = divmod(int(score_CC.argmax()), len(starts_C))
    characters_C2 = characters_T2[context_T]
    return _Best(float(score_CC[start, end]), int(characters_C2[start, 0]), int(characters_C2[end, 1]))
