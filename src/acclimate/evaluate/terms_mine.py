"""Terms typical of a domain, mined from its training text: log-odds with an informative Dirichlet prior.

For a word or n-gram w that stands y_i times among n_i in the domain's training text and y_j times among n_j in general
text, with the prior a_w = a_0 (y_i + y_j) / (n_i + n_j) (Monroe, Colaresi & Quinn 2008, equations 16, 20 and 22):

    delta_w = log((y_i + a_w) / (n_i + a_0 - y_i - a_w)) - log((y_j + a_w) / (n_j + a_0 - y_j - a_w))
    var_w = 1 / (y_i + a_w) + 1 / (y_j + a_w)        z_w = delta_w / sqrt(var_w)

n-grams of one length are compared with each other. Of tagged records the terms are values of fields: they are typical of
the domain as they are, and no general text has them.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from acclimate.core.seeds import hash64
from acclimate.core.text import word_spans
from acclimate.evaluate.copying import values
from acclimate.evaluate.rows import EvalText
from acclimate.evaluate.terms import Term

FEWEST_GROUPS = 10
"""Training groups that must have a mined term: no one's name becomes one."""
PRIOR = 1000.0
"""a_0: how many words of text the prior weighs."""
TYPICAL = 1.0
"""The least z of a term."""
COMMON = 0.02
"""Share of general documents from which on a word is an everyday one: no term, and never at the end of one."""
LONGEST = 3
LONGEST_VALUE = 40
"""Most characters of a field's value that is a term; what is longer is a text."""
NESTED = 0.8
"""Share of an n-gram's places inside one longer term from which on it is no term of its own."""
MOST_CHARACTERS = 2_000_000


@dataclass
class _Found:
    """An n-gram of the training text: how often it stands there, how it is written, some groups that have it."""

    count: int = 0
    spellings: Counter[str] = field(default_factory=Counter)
    groups: set[str] = field(default_factory=set)


def log_odds(y_i: float, n_i: float, y_j: float, n_j: float, prior: float = PRIOR) -> float:
    """Give z of the formula above: how much more typical something is of i (the domain) than of j (general text)."""
    a = prior * (y_i + y_j) / (n_i + n_j)
    if a == 0:
        return 0.0
    delta = math.log((y_i + a) / (n_i + prior - y_i - a)) - math.log((y_j + a) / (n_j + prior - y_j - a))
    return delta / math.sqrt(1 / (y_i + a) + 1 / (y_j + a))


def mine(training: Sequence[EvalText], general: Sequence[EvalText], most: int) -> list[Term]:
    """Give up to `most` terms of the training texts, the most typical first (ties: in order of text).

    Words and n-grams of 2 and 3 words that at least 10 groups have and whose z is at least 1. An everyday word (in 2 %
    or more of the general documents, at least 2) is no term and stands at neither end of one, nor does a mark or a
    number; in scripts without spaces a single character is no term. What stands nearly always (8 times in 10) inside
    one longer term is left to that. Their kind is how many words they have.
    Of more than 2 million characters those of some groups are read, by hash.
    """
    some = _some(training)
    everyday = _everyday(general)
    words = _count(some, 1, None)
    ends = {
        gram[0]
        for gram, one in words.items()
        if len(one.groups) >= FEWEST_GROUPS and gram[0] not in everyday and any(map(str.isalpha, gram[0]))
    }
    typical: dict[tuple[str, ...], _Found] = {}
    scores: dict[tuple[str, ...], float] = {}
    for length in range(1, LONGEST + 1):
        n_i, n_j = (sum(sum(1 for _ in _ngrams(text.text, length)) for text in texts) for texts in (some, general))
        counted = Counter(gram for text in general for gram, _ in _ngrams(text.text, length))
        for gram, one in (words if length == 1 else _count(some, length, ends)).items():
            if gram[0] in ends and len(one.groups) >= FEWEST_GROUPS and len("".join(gram)) > 1:
                z = log_odds(one.count, n_i, counted[gram], n_j)
                if z >= TYPICAL:
                    typical[gram], scores[gram] = one, z
    apart = _apart(typical)
    ranked = sorted(apart, key=lambda gram: (-scores[gram], gram))
    return [_term(gram, typical[gram]) for gram in ranked[:most]]


def _some(texts: Sequence[EvalText]) -> list[EvalText]:
    """Give texts of at most 2 million characters, in an order that depends on their group."""
    found, room = [], MOST_CHARACTERS
    for text in sorted(texts, key=lambda text: (hash64("terms mined", text.group), text.row_id)):
        if room > 0:
            found.append(replace(text, text=text.text[:room]))
            room -= len(text.text)
    return found


def _everyday(general: Sequence[EvalText]) -> set[str]:
    documents = Counter(word for text in general for word in {gram[0] for gram, _ in _ngrams(text.text, 1)})
    return {word for word, number in documents.items() if number >= max(COMMON * len(general), 2)}


def _count(texts: Sequence[EvalText], length: int, ends: set[str] | None) -> dict[tuple[str, ...], _Found]:
    """Count n-grams of `length` words, of those that begin and end with one of `ends` if there are any."""
    found: dict[tuple[str, ...], _Found] = defaultdict(_Found)
    for text in texts:
        for gram, spelling in _ngrams(text.text, length):
            if ends is None or (gram[0] in ends and gram[-1] in ends):
                one = found[gram]
                one.count += 1
                one.spellings[spelling] += 1
                one.groups.add(text.group)
    return found


def _apart(typical: Mapping[tuple[str, ...], _Found]) -> list[tuple[str, ...]]:
    """Leave out what nearly always stands inside one longer term."""
    inside: set[tuple[str, ...]] = set()
    for gram, one in typical.items():
        for length in range(1, len(gram)):
            for first in range(len(gram) - length + 1):
                part = gram[first : first + length]
                if part in typical and one.count >= NESTED * typical[part].count:
                    inside.add(part)
    return [gram for gram in typical if gram not in inside]


def mine_values(training: Sequence[EvalText], most: int) -> list[Term]:
    """Give up to `most` values of fields of the training records, field by field in turn, the most frequent first.

    Only values of 2 to 40 characters, of which the first is a letter, that at least 10 groups have, of fields with at
    least two such values. Their kind is the field.
    """
    groups: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for text in training:
        for key, value in values(text):
            if value[0].isalpha() and 2 <= len(value) <= LONGEST_VALUE:
                groups[key][value].add(text.group)
    turns = []
    for key, of_value in groups.items():
        frequent = [(len(some), value) for value, some in of_value.items() if len(some) >= FEWEST_GROUPS]
        frequent.sort(key=lambda pair: (-pair[0], pair[1]))
        if len(frequent) > 1:
            turns += [
                (turn, key, Term(value, (value,), key, (key,), some)) for turn, (some, value) in enumerate(frequent)
            ]
    return [term for _, _, term in sorted(turns, key=lambda one: one[:2])[:most]]


def _ngrams(text: str, length: int) -> Iterator[tuple[tuple[str, ...], str]]:
    """Give the n-grams of a text without case, each with how it is written; marks part them."""
    spans_U2 = word_spans(text).tolist()
    words = [text[start:end].casefold() for start, end in spans_U2]
    run = 0
    for last, word in enumerate(words):
        run = run + 1 if word[0].isalnum() else 0
        if run >= length:
            first = last - length + 1
            yield tuple(words[first : last + 1]), text[spans_U2[first][0] : spans_U2[last][1]]


def _term(words: tuple[str, ...], found: _Found) -> Term:
    spelling = min(found.spellings, key=lambda text: (-found.spellings[text], text))
    kind = "1 word" if len(words) == 1 else f"{len(words)} words"
    return Term(" ".join(spelling.split()), words, kind, (kind,), len(found.groups))
