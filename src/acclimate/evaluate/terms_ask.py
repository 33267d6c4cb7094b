"""How well a model knows a term where it stands: its bits, and its rank among the domain's terms of the same kind.

    bits(t) = -log2 P(t | what is in sight)        rank(t) = 1 + how many other candidates are at least as probable

In sight is the rest of the sentence (of a record: of a window of it) for a masked model, what stands before for a causal one. A candidate takes
the term's place, and its total log probability counts, its pieces from left to right as in masked.py and causal.py. The
same characters are asked of every arm.

Legend of shapes: O occurrences, Q questions (occurrences x candidates).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from acclimate.core.examples import Ints
from acclimate.core.protocols import Arm, Scored
from acclimate.core.scores import Floats
from acclimate.core.seeds import permutation
from acclimate.evaluate.causal import Counted, score_text
from acclimate.evaluate.encode import Encoded, encode_for, encoders_of
from acclimate.evaluate.hidden import Hidden, snap
from acclimate.evaluate.masked import score_hidden
from acclimate.evaluate.rows import byte_borders
from acclimate.evaluate.terms import Occurrence, Term
from acclimate.evaluate.windows import Window

MOST_TOKENS = 64
"""Longest window that a term is asked for in: a sentence, or some events with the header of their record."""
_ENCODED_AT_ONCE = 1024


@dataclass(frozen=True)
class Question:
    """One candidate in the place of a term: characters [start, end) of the window's text. `of` is the occurrence."""

    of: int
    window: Window
    start: int
    end: int

    @property
    def bytes(self) -> int:
        """UTF-8 bytes of what is asked for."""
        return len(self.window.text[self.start : self.end].encode("utf-8", "surrogatepass"))


@dataclass(frozen=True)
class TermResults:
    """What one arm said of every occurrence: bits, rank (from 1), and bytes that its tokenizer can't say."""

    bits_O: Floats
    rank_O: npt.NDArray[np.int64]
    unknown_O: Floats


class Shared:
    """An arm that runs equal documents once: candidates of as many pieces look the same while they are hidden.

    A causal model does not see what comes later, so of its documents all behind the last position is cut off. `longest`
    may be below the arm's own: room for candidates longer than the term.
    """

    def __init__(self, arm: Arm, longest: int) -> None:
        self.tokenizer, self.causal, self.in_text, self.max_length = arm.tokenizer, arm.causal, arm.in_text, longest
        self._arm = arm

    def score(self, documents: Sequence[Ints], positions: Sequence[Ints], targets: Sequence[Ints]) -> list[Scored]:
        """Answer as the arm would; see the protocol."""
        numbers: dict[bytes, int] = {}
        kept: list[Ints] = []
        mine = []
        for document, places in zip(documents, positions, strict=True):
            seen = document[: int(np.max(places)) + 1] if self.causal and len(places) else document
            number = numbers.setdefault(np.asarray(seen, dtype=np.int64).tobytes(), len(kept))
            if number == len(kept):
                kept.append(seen)
            mine.append(number)
        order = np.argsort(mine, kind="stable")
        asked: list[list[int]] = [[] for _ in kept]
        for question in order.tolist():
            asked[mine[question]].append(question)
        answers = self._arm.score(
            kept,
            [np.concatenate([positions[one] for one in some]) for some in asked],
            [np.concatenate([targets[one] for one in some]) for some in asked],
        )
        found: list[Scored | None] = [None] * len(documents)
        for some, answer in zip(asked, answers, strict=True):
            borders = np.cumsum([len(positions[one]) for one in some])[:-1]
            parts = zip(np.split(answer.log_probability_N, borders), np.split(answer.best_N, borders), strict=True)
            for one, (log_probability, best) in zip(some, parts, strict=True):
                found[one] = Scored(log_probability, best)
        return [one for one in found if one is not None]


def shared(arms: Mapping[str, Arm], terms: Sequence[Term]) -> dict[str, Shared]:
    """Give the arms with windows of at most 64 tokens, and room kept for the longest term (at most half of them)."""
    room = 2 + max((len(arm.tokenizer.tokenize(term.text)) for arm in arms.values() for term in terms), default=0)
    lengths = {name: min(arm.max_length, MOST_TOKENS) for name, arm in arms.items()}
    return {name: Shared(arm, max(lengths[name] - room, (lengths[name] + 1) // 2)) for name, arm in arms.items()}


def candidates(terms: Sequence[Term], occurrence: Occurrence, most: int, seed: int) -> list[int]:
    """Give the terms that an occurrence is asked with: itself first, then others of its kind, at most `most` in all.

    Which others depends on (seed, place) alone, not on any model.
    """
    kind = terms[occurrence.term].kind
    others = [number for number, term in enumerate(terms) if term.kind == kind and number != occurrence.term]
    order = permutation(len(others), "terms candidates", seed, occurrence.key)[: most - 1]
    return [occurrence.term, *(others[place] for place in order.tolist())]


def questions(
    terms: Sequence[Term],
    occurrences: Sequence[Occurrence],
    windows: Sequence[Window],
    arms: Sequence[Arm],
    most: int,
    seed: int,
) -> list[Question]:
    """Put every candidate in its occurrence's place; the true term comes first.

    Left out: what no arm has a token for, what an arm can't read whole, and for causal arms what has a token that
    nothing stands before; an occurrence goes with its true term.
    """
    encoders, causal = encoders_of(arms), arms[0].causal
    texts: list[tuple[int, int, int, str]] = []
    for number, one in enumerate(occurrences):
        text = windows[one.window].text
        true, after = text[one.start : one.end], "" if causal else text[one.end :]
        for term in candidates(terms, one, most, seed):
            said = true if term == one.term else as_written(terms[term].text, true)
            texts.append((number, one.start, one.start + len(said), text[: one.start] + said + after))
    found: list[Question] = []
    lost = -1
    for first in range(0, len(texts), _ENCODED_AT_ONCE):
        some = texts[first : first + _ENCODED_AT_ONCE]
        for (number, start, end, text), encoded in zip(
            some, encode_for(encoders, [text for *_, text in some]), strict=True
        ):
            question = _question(number, start, end, text, encoded)
            is_true = not found or found[-1].of != number
            if number == lost:
                continue
            if _can_be_asked(question, arms):
                found.append(question)
            elif is_true:
                lost = number
    return found


def _question(number: int, start: int, end: int, text: str, encoded: tuple[Encoded, ...]) -> Question:
    spans_U2, _ = snap(np.array([[start, end]], dtype=np.int64), encoded)
    window = Window(number, 0, 0, 0, len(text), text, encoded)
    return Question(number, window, int(spans_U2[0, 0]), int(spans_U2[0, 1]))


def _can_be_asked(question: Question, arms: Sequence[Arm]) -> bool:
    spans_U2 = np.array([[question.start, question.end]])
    some = False
    for encoded, arm in zip(question.window.encoded, arms, strict=True):
        (first,), (last,) = encoded.touching(spans_U2)
        some = some or first < last
        nothing_before = arm.causal and first < last and encoded.places_T[first] == 0
        if len(encoded) > arm.max_length or nothing_before:
            return False
    return some


def as_written(term: str, true: str) -> str:
    """Write a candidate as the term in the text begins: at the head of a sentence with a capital."""
    return term[:1].upper() + term[1:] if true[:1].isupper() and term[:1].islower() else term


def answer(arm: Arm, number: int, asked: Sequence[Question], told: Callable[[int], None]) -> TermResults:
    """Ask one arm everything. Takes: `number`, the arm's place in `Window.encoded`."""
    windows = [one.window for one in asked]
    if arm.causal:
        counted = [_counted(one) for one in asked]
        texts = score_text(arm, number, windows, counted, told)
        bits_Q, unknown_Q = texts.bits_W, texts.unknown_W
    else:
        hidden = [_hidden(place, one) for place, one in enumerate(asked)]
        units = score_hidden(arm, number, windows, hidden, told)
        bits_Q, unknown_Q = units.bits_U, units.unknown_U
    of_Q = np.array([one.of for one in asked], dtype=np.int64)
    first_O = np.flatnonzero(np.diff(of_Q, prepend=-1))
    true_Q = np.repeat(bits_Q[first_O], np.diff(first_O, append=len(of_Q)))
    # What is no number is not less probable: a broken model ranks everything last. The term itself counts as the 1.
    at_least_Q = ~(bits_Q > true_Q)
    rank_O = np.add.reduceat(at_least_Q.astype(np.int64), first_O)
    return TermResults(bits_Q[first_O], rank_O, unknown_Q[first_O])


def _hidden(place: int, one: Question) -> Hidden:
    spans_U2 = np.array([[one.start, one.end]], dtype=np.int32)
    return Hidden(place, spans_U2, np.array([one.bytes]), np.array([-1]))


def _counted(one: Question) -> Counted:
    value_C = np.zeros(len(one.window.text), dtype=np.bool_)
    return Counted(
        one.start, one.end, value_C, int(np.diff(byte_borders(one.window.text))[one.start : one.end].sum()), 0, 0
    )
