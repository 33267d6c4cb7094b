"""The domain's own terms: what one is, where it stands in held-out text, and which of the places are asked for.

A term is hidden in its sentence, of tagged records in its record (docs/measuring.md, What does it know?).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from acclimate.core.seeds import hash64
from acclimate.core.text import word_spans
from acclimate.evaluate.copying import values
from acclimate.evaluate.rows import EvalText
from acclimate.evaluate.windows import Window

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")


@dataclass(frozen=True)
class Term:
    """A term of the domain.

    `text` is how it is usually written; `words` what it is found by, without regard to case (a field's value: the value
    alone, as it stands). It is ranked among terms of its `kind`; `branches` are the parts of the terms that it counts
    in (a field, levels of a taxonomy); `groups` is how many groups of the training rows have it.
    """

    text: str
    words: tuple[str, ...]
    kind: str
    branches: tuple[str, ...] = ()
    groups: int = 0


@dataclass(frozen=True)
class Place:
    """Where term number `term` stands in a text: characters [start, end)."""

    term: int
    start: int
    end: int


@dataclass(frozen=True)
class Occurrence:
    """A place that is asked for: term number `term` at characters [start, end) of the text of window number `window`.

    `half` is 0 where it serves to choose terms for display, 1 where it serves to report on them; a group is all in one.
    """

    term: int
    window: int
    start: int
    end: int
    group: str
    half: int
    key: int


def words_of(text: str) -> tuple[str, ...]:
    """Give the words of a text as terms are compared: without case."""
    return tuple(text[start:end].casefold() for start, end in word_spans(text))


class Finder:
    """Finds terms in texts: of texts by their words, the longest first and without overlap; of fields by key and value."""

    def __init__(self, terms: Sequence[Term], *, fields: bool = False) -> None:
        self._fields = fields
        self._numbers = {(term.kind if fields else "", term.words): number for number, term in enumerate(terms)}
        lengths: dict[str, set[int]] = defaultdict(set)
        for term in terms:
            lengths[term.words[0]].add(len(term.words))
        self._lengths: Mapping[str, list[int]] = {word: sorted(some, reverse=True) for word, some in lengths.items()}

    def places(self, text: EvalText) -> list[Place]:
        """Give where terms stand, in the order of the text."""
        return list(self._values(text) if self._fields else self._words(text.text))

    def _values(self, text: EvalText) -> Iterator[Place]:
        for (key, value), (start, end) in zip(values(text), text.units().tolist(), strict=True):
            number = self._numbers.get((key, (value,)))
            if number is not None:
                yield Place(number, start, end)

    def _words(self, text: str) -> Iterator[Place]:
        spans_U2 = word_spans(text).tolist()
        words = [text[start:end].casefold() for start, end in spans_U2]
        at = 0
        while at < len(words):
            length, number = self._longest(words, at)
            if number is not None:
                yield Place(number, spans_U2[at][0], spans_U2[at + length - 1][1])
            at += length

    def _longest(self, words: Sequence[str], at: int) -> tuple[int, int | None]:
        for length in self._lengths.get(words[at], ()):
            number = self._numbers.get(("", tuple(words[at : at + length])))
            if number is not None and at + length <= len(words):
                return length, number
        return 1, None


def passages(texts: Sequence[EvalText]) -> list[EvalText]:
    """Give what a term is hidden in: sentences, each a row of its own in the group of its text; tagged records whole."""
    found = []
    for text in texts:
        if text.tagged is not None:
            found.append(text)
            continue
        begin = 0
        for end, after in [*(match.span() for match in _SENTENCE_END.finditer(text.text)), (len(text.text),) * 2]:
            if text.text[begin:end].strip():
                found.append(EvalText(f"{text.row_id}:{begin}", text.group, text.text[begin:end]))
            begin = after
    return found


def half_of(seed: int, group: str) -> int:
    """Give the half of the test groups that a group lies in: 0 chooses the terms that are shown, 1 reports on them."""
    return hash64("terms half", seed, group) % 2


def visible_twice(window: Window, place: Place, others: Sequence[Place], *, causal: bool) -> bool:
    """Say whether a model would see the same term elsewhere in the window (a causal one: before) and could copy it."""
    until = place.start if causal else window.end
    return any(
        other.term == place.term
        and other.start != place.start
        and (other.end <= window.header or (window.context_start < other.end and other.start < until))
        for other in others
    )


def choose_occurrences(
    texts: Sequence[EvalText], windows: Sequence[Window], finder: Finder, seed: int, most: int, *, causal: bool
) -> list[Occurrence]:
    """Choose at most `most` places of each term, half of them in each half of the groups, each of another group.

    Which ones depends on (seed, row, place) alone. Left out: a term that stands elsewhere in sight (it could be
    copied), one that a window cuts, and for causal models one that nothing stands before.
    """
    found: dict[tuple[int, int], dict[str, Occurrence]] = defaultdict(dict)
    row, places = -1, list[Place]()
    for number, window in enumerate(windows):
        if window.row != row:
            row, places = window.row, finder.places(texts[window.row])
        text = texts[row]
        for place in places:
            inside = window.score_start <= place.start and place.end <= window.end
            start, end = window.place(place.start), window.place(place.end)
            if not inside or (causal and not window.text[:start].strip()):
                continue
            if visible_twice(window, place, places, causal=causal):
                continue
            key = hash64("terms place", seed, text.row_id, place.start)
            half = half_of(seed, text.group)
            mine = found[place.term, half]
            if text.group not in mine or key < mine[text.group].key:
                mine[text.group] = Occurrence(place.term, number, start, end, text.group, half, key)
    chosen = []
    for (_, half), mine in found.items():
        # Of an odd number, the half that reports gets one more.
        room = (most + half) // 2
        chosen += sorted(mine.values(), key=lambda one: one.key)[:room]
    return sorted(chosen, key=lambda one: (one.window, one.start))


def groups_with(finder: Finder, texts: Sequence[EvalText], terms: int) -> np.ndarray:
    """Count for each of `terms` terms the groups in which it stands."""
    pairs = {(place.term, text.group) for text in texts for place in finder.places(text)}
    return np.bincount([term for term, _ in pairs], minlength=terms)
