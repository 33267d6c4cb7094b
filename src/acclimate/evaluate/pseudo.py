"""Encoders: the pseudo-perplexity of words, each hidden by itself (Salazar et al. 2020; Kauf & Ivanova 2023).

    pseudo_perplexity = exp(-(1 / W) sum over words ln P(w | all other words))

P(w | all other words) = prod_j p(w_j | rest, w_<j shown, w_>=j masked) over the pieces of w, from left to right. It is
normalised by words, not tokens, so that arms with different tokenizers divide by the same number. Words are a seeded
sample of each document (`evaluate.pseudo_words`), or all of them (`evaluate.exact`); in tagged records, values.

Legend of shapes: U words of a row, H hidden spans, G groups.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from acclimate.core.protocols import Arm
from acclimate.core.scores import Floats, GroupSums
from acclimate.core.seeds import hash64, mix
from acclimate.core.text import Spans
from acclimate.evaluate.hidden import Hidden, has_tokens, snap
from acclimate.evaluate.masked import score_hidden
from acclimate.evaluate.rows import EvalText, byte_borders, groups_of, sum_by
from acclimate.evaluate.section import Evaluate
from acclimate.evaluate.windows import Window

PSEUDO_PERPLEXITY = "pseudo_perplexity"


@dataclass(frozen=True)
class Alone:
    """What is asked: spans of a window, each hidden by itself, and how many words each is.

    A span is one word, or several that a token of some arm ties together; where a window's border cuts a word, its first
    part counts as the word and the rest as none.
    """

    hidden: list[Hidden]
    words_H: npt.NDArray[np.int64]


def each_alone(texts: Sequence[EvalText], windows: Sequence[Window], chosen: Sequence[npt.NDArray[np.bool_]]) -> Alone:
    """Give every chosen word of every window as hidden by itself. Takes: of each text, which of its words are chosen.

    The spans do not depend on what is chosen; one is asked for if any of its words is, as a whole.
    """
    hidden: list[Hidden] = []
    words: list[int] = []
    row, units_U2 = -1, np.empty((0, 2), dtype=np.int32)
    for number, window in enumerate(windows):
        if window.row != row:
            row = window.row
            units_U2 = texts[row].units()
        bytes_C = byte_borders(window.text)
        for span, of_U in _spans(window, units_U2):
            if chosen[row][of_U].any():
                hidden.append(Hidden(number, span, np.diff(bytes_C[span[0]]), np.array([-1])))
                words.append(int((units_U2[of_U, 0] >= window.score_start).sum()))
    return Alone(hidden, np.array(words, dtype=np.int64))


def _spans(window: Window, units_U2: Spans) -> list[tuple[Spans, npt.NDArray[np.int64]]]:
    """Give the window's words, grown to token borders of all arms, each with the words of the row that it holds."""
    inside_U = np.flatnonzero((units_U2[:, 0] < window.end) & (units_U2[:, 1] > window.score_start))
    if not len(inside_U):
        return []
    clipped_U2 = np.clip(units_U2[inside_U].astype(np.int64), window.score_start, window.end)
    spans_H2, first_H = snap(clipped_U2 + window.place(0), window.encoded)
    there_H = has_tokens(spans_H2, window.encoded)
    parts = np.split(inside_U, first_H[1:])
    return [(span[None], part) for span, part, there in zip(spans_H2, parts, there_H, strict=True) if there]


def sample(text: EvalText, settings: Evaluate) -> npt.NDArray[np.bool_]:
    """Choose `pseudo_words` words of a text (all, if `exact` or if it has no more), by (seed, row_id) alone."""
    words = len(text.units())
    chosen_U = np.ones(words, dtype=np.bool_)
    if not settings.exact and words > settings.pseudo_words:
        drawn_U = mix(settings.seed, hash64(PSEUDO_PERPLEXITY, text.row_id), np.arange(words))
        chosen_U[np.argsort(drawn_U, kind="stable")[settings.pseudo_words :]] = False
    return chosen_U


def pseudo_perplexities(
    arms: Mapping[str, Arm],
    texts: Sequence[EvalText],
    windows: Sequence[Window],
    settings: Evaluate,
    told: Callable[[str, int, int], None],
) -> dict[str, GroupSums]:
    """Ask every arm for the same words. Gives: each arm's pseudo_perplexity as sums over groups; nothing without words.

    Takes: `windows` of the texts (`cut` without overlap); `told`, called with arm, words done, and words in all.
    """
    asked = each_alone(texts, windows, [sample(text, settings) for text in texts])
    if not asked.words_H.sum():
        return {}
    groups, place_R = groups_of(texts)
    place_H = place_R[[windows[one.window].row for one in asked.hidden]]
    below_G = sum_by(place_H, asked.words_H, groups)
    sums = {}
    for number, (name, arm) in enumerate(arms.items()):

        def done(some: int, name: str = name) -> None:
            told(name, some, len(asked.hidden))

        nats_H: Floats = score_hidden(arm, number, windows, asked.hidden, done).bits_U * np.log(2)
        above_G = sum_by(place_H, nats_H, groups)
        sums[name] = GroupSums(
            PSEUDO_PERPLEXITY, _unit(texts, settings), "lower", groups, above_G, below_G, int(below_G.sum()), "exp"
        )
    return sums


def _unit(texts: Sequence[EvalText], settings: Evaluate) -> str:
    one = "value" if any(text.tagged is not None for text in texts) else "word"
    which = f"all {one}s" if settings.exact else f"at most {settings.pseudo_words} {one}s a document"
    return f"exp(nats/{one}), each hidden alone, {which}"
