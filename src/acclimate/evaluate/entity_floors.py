"""How far entities are found without a model: by looking up what training rows name (docs/measuring.md, Arms)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from acclimate.core.answers import Span, SpanAnswers
from acclimate.core.text import Spans, word_spans

Phrase = tuple[str, ...]
"""Words in lower case, in their order."""
Marked = tuple[str, Sequence[Span]]
"""A text with its entities."""
_NONE = ""


def dictionary(training: Sequence[Marked]) -> dict[Phrase, str]:
    """Give the label of each phrase that was an entity in training rows, by majority of how it was tagged there.

    A phrase is all words that an entity touches. It votes for its label wherever it is a whole entity, and for none wherever
    its words stand without one; where they are part of another entity they say nothing. A phrase that is mostly none is
    left out. Ties: a label before none, then the first in the order of the alphabet.
    """
    votes: dict[Phrase, Counter[str]] = defaultdict(Counter)
    read = [(*_words(text), entities) for text, entities in training]
    for words, places_W2, entities in read:
        for one in entities:
            begin, end = _touched(places_W2, one)
            if begin < end:
                votes[tuple(words[begin:end])][one.label] += 1
    longest = max(map(len, votes), default=0)
    for words, places_W2, entities in read:
        taken = {place for one in entities for place in range(*_touched(places_W2, one))}
        for begin in range(len(words)):
            for end in range(begin + 1, min(begin + longest, len(words)) + 1):
                if end - 1 in taken:
                    break
                if tuple(words[begin:end]) in votes:
                    votes[tuple(words[begin:end])][_NONE] += 1
    said = {phrase: min(counted, key=lambda label: (-counted[label], label == _NONE, label))
            for phrase, counted in votes.items()}  # fmt: skip
    return {phrase: label for phrase, label in said.items() if label != _NONE}


def looked_up(training: Sequence[Marked], texts: Sequence[str], test: SpanAnswers) -> SpanAnswers:
    """Answer by the dictionary of training rows: from left to right the longest phrase that begins at a word.

    Takes: `texts`, those of the test rows; `test`, whose gold, rows and groups are kept.
    """
    known = dictionary(training)
    longest = max(map(len, known), default=0)
    return replace(test, said=tuple(_found(text, known, longest) for text in texts))


def _found(text: str, known: Mapping[Phrase, str], longest: int) -> tuple[Span, ...]:
    words, places_W2 = _words(text)
    found, begin = [], 0
    while begin < len(words):
        ends = range(min(begin + longest, len(words)), begin, -1)
        end = next((end for end in ends if tuple(words[begin:end]) in known), None)
        if end is None:
            begin += 1
            continue
        start, stop = int(places_W2[begin, 0]), int(places_W2[end - 1, 1])
        found.append(Span(start, stop, known[tuple(words[begin:end])]))
        begin = end
    return tuple(found)


def _words(text: str) -> tuple[list[str], Spans]:
    places_W2 = word_spans(text)
    return [text[start:end].lower() for start, end in places_W2.tolist()], places_W2


def _touched(places_W2: Spans, one: Span) -> tuple[int, int]:
    """Give the words [begin, end) that an entity touches."""
    begin = int((places_W2[:, 1] <= one.start).sum())
    return begin, max(begin, int((places_W2[:, 0] < one.end).sum()))
