"""From what a head says of starts and ends to answers: stretches of a context.

Legend of shapes: T tokens of a window, C those of the context.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from acclimate.core.answers import Floats, Found
from acclimate.core.examples import Examples


class _Best(NamedTuple):
    """The best answer of a window: its score (logits), its characters in the context, and its probability in the window."""

    score: float
    start: int = 0
    end: int = 0
    probability: float = 0.0


def extracts(
    said: Sequence[Floats], examples: Examples, contexts: Sequence[str], longest: int, *, may_be_none: bool
) -> tuple[Found, ...]:
    """Give the answer to each row's question; an empty text: there is none.

    The best of all windows: the highest start + end (logits) of tokens of the context with start <= end < start + longest.
    Where there `may_be_none`, it must be above the lowest of the windows' scores for "no answer" (start + end of the first
    token), as in the evaluation of SQuAD 2.0. Its probability is that of its start times that of its end, each of all tokens of
    the context and the first, in the window that it was found in.

    Takes: `said`, the head's [T, 2] of each window; examples with characters; `longest`, in tokens.
    """
    best, none = [_Best(-np.inf)] * len(contexts), [_Best(np.inf)] * len(contexts)
    for number, (row, logits_T2) in enumerate(zip(examples.row_N.tolist(), said, strict=True)):
        begin, end = examples.offsets_N1[number], examples.offsets_N1[number + 1]
        characters_T2 = np.asarray(examples.characters_T2)[begin:end]
        of_window, nothing = _of_window(logits_T2, characters_T2, longest)
        best[row], none[row] = max(best[row], of_window), min(none[row], nothing)
    return tuple(
        _found(context, one) if not may_be_none or one.score > nothing.score else Found("", 0, 0, nothing.probability)
        for context, one, nothing in zip(contexts, best, none, strict=True)
    )


def _found(context: str, one: _Best) -> Found:
    stretch = context[one.start : one.end]
    text = stretch.strip()
    start = one.start + len(stretch) - len(stretch.lstrip()) if text else 0
    return Found(text, start, start + len(text), one.probability)


def _of_window(logits_T2: Floats, characters_T2: np.typing.NDArray[np.int32], longest: int) -> tuple[_Best, _Best]:
    """Give the best answer of a window, and "no answer"."""
    context_T = characters_T2[:, 0] < characters_T2[:, 1]
    asked_T = context_T | (np.arange(len(context_T)) == 0)
    raised_T2 = np.where(asked_T[:, None], np.exp(logits_T2 - logits_T2[asked_T].max(axis=0)), 0.0)
    share_T2 = raised_T2 / raised_T2.sum(axis=0)
    none = _Best(float(logits_T2[0].sum()), probability=float(share_T2[0].prod()))
    starts_C, ends_C = logits_T2[context_T].T
    if not len(starts_C):
        return _Best(-np.inf), none
    length_CC = np.arange(len(starts_C)) - np.arange(len(starts_C))[:, None]
    allowed_CC = (length_CC >= 0) & (length_CC < longest)
    score_CC = np.where(allowed_CC, starts_C[:, None] + ends_C, -np.inf)
    start, end = divmod(int(score_CC.argmax()), len(starts_C))
    characters_C2, share_C2 = characters_T2[context_T], share_T2[context_T]
    probability = float(share_C2[start, 0] * share_C2[end, 1])
    return _Best(
        float(score_CC[start, end]), int(characters_C2[start, 0]), int(characters_C2[end, 1]), probability
    ), none
