"""Entities of a text: word tags read in every scheme, and what each token of a tokenizer has to say about characters.

Schemes: BIO (B- begins, I- goes on), IOB1 (B- only where one entity follows another of its label at once), BIOES and BILOU
(the last word has E- or L-, a single one S- or U-). A tag without a mark is read as I-.

Legend of shapes: T tokens, W words, S2 start and end (exclusive) in characters.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from acclimate.core.text import Spans

OUTSIDE = "O"
Scheme = Literal["BIO", "IOB1", "BIOES"]
_MARK = re.compile(r"([BIESLUMbieslum])-(.+)", re.DOTALL)
_FOREIGN = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (r"(?P<mark>[BIESLUMbieslum])_(?P<label>.+)", r"(?P<label>.+)[-_](?P<mark>[BIESLUMbieslum])")
)
_NOTHING = ("_", "-")
_SAME = {"L": "E", "U": "S", "M": "I"}


class Run(NamedTuple):
    """Words (or tokens) [begin, end) that are one entity."""

    begin: int
    end: int
    label: str


def parts(tag: str) -> tuple[str, str]:
    """Give a tag's mark (O, B, I, E or S) and label: of `B-Disease` B and Disease."""
    if tag in (OUTSIDE, OUTSIDE.lower()):
        return OUTSIDE, ""
    found = _MARK.fullmatch(tag)
    if found is None:
        return "I", tag
    mark = found[1].upper()
    return _SAME.get(mark, mark), found[2]


def in_known_form(rows: Sequence[Sequence[str]]) -> tuple[list[list[str]], dict[str, int]]:
    """Give the tags of a data set with what other tools write brought into the form of `parts`, and how often it was.

    `_` and `-` are O. `B_X` and `X-B` are B-X where all tags are written so and a label has a B and another mark: else the
    whole is a label (`B_cell`).
    """
    counts = Counter(chain.from_iterable(rows))
    read = {tag: OUTSIDE for tag in _NOTHING if tag in counts}
    told = {f"tags {tag} read as O": counts[tag] for tag in read}
    labelled = [tag for tag in counts if tag not in read and parts(tag)[0] != OUTSIDE]
    for pattern in _FOREIGN if not any(map(_MARK.fullmatch, labelled)) else ():
        found = {tag: match for tag in labelled if (match := pattern.fullmatch(tag))}
        marks = {(match["label"], match["mark"].upper()) for match in found.values()}
        begun = {label for label, mark in marks if mark == "B"}
        if found and len(found) == len(labelled) and any(label in begun for label, mark in marks if mark != "B"):
            read |= {tag: f"{match['mark']}-{match['label']}" for tag, match in found.items()}
            first = labelled[0]
            told[f"tags as {first} read as {read[first]}"] = sum(counts[tag] for tag in found)
            break
    return [[read.get(tag, tag) for tag in tags] for tags in rows], told


def scheme_of(rows: Iterable[Sequence[str]]) -> Scheme:
    """Say in which scheme the tags of a data set are written."""
    begun, gone_on = False, False
    for tags in rows:
        before = ""
        for mark, label in map(parts, tags):
            if mark in "ES":
                return "BIOES"
            begun = begun or (mark == "B" and label != before)
            gone_on = gone_on or (mark == "I" and label != before)
            before = label
    return "IOB1" if gone_on and not begun else "BIO"


def runs(tags: Sequence[str], scheme: Scheme = "BIO") -> tuple[list[Run], int]:
    """Give the entities of a row of tags, and how many tags don't keep to the scheme and were mended.

    An I- or E- that nothing came before begins an entity, also where the label changes; an entity whose last word has no
    E- ends all the same.
    """
    found: list[Run] = []
    mended, open_ = set(), False
    for place, (mark, label) in enumerate([*map(parts, tags), (OUTSIDE, "")]):
        goes_on = open_ and mark in "IE" and found[-1].label == label
        if scheme == "BIOES" and open_ and not goes_on:
            mended.add(place - 1)
        if scheme != "IOB1" and mark in "IE" and not goes_on:
            mended.add(place)
        if goes_on:
            found[-1] = found[-1]._replace(end=place + 1)
        elif mark != OUTSIDE:
            found.append(Run(place, place + 1, label))
        open_ = mark in "BI"
    return found, len(mended)


def entity_f1(said: Iterable[Sequence[str]], right: Iterable[Sequence[str]]) -> float:
    """Give 2 TP / (2 TP + FP + FN) of the entities of rows of tags (begin, end and label alike); 0 where there are none."""
    hits, found = 0, 0
    for one, other in zip(said, right, strict=True):
        ours, theirs = set(runs(one)[0]), set(runs(other)[0])
        hits += len(ours & theirs)
        found += len(ours) + len(theirs)
    return 2 * hits / found if found else 0.0


def stretches(characters_T2: Spans, words_W2: Spans | None = None) -> Spans:
    """Give the characters that each token speaks for: its own, or the whole words that it touches; none that a token before
    it spoke for (start = end: it has nothing to say, like the second piece of a word).

    Takes: tokens in the order of the text.
    """
    starts_T, ends_T = characters_T2[:, 0].astype(np.int64), characters_T2[:, 1].astype(np.int64)
    if words_W2 is not None and len(words_W2):
        last_T = np.searchsorted(words_W2[:, 0], ends_T, side="left") - 1
        first_T = np.minimum(np.searchsorted(words_W2[:, 1], starts_T, side="right"), len(words_W2) - 1)
        touches_T = (starts_T < ends_T) & (words_W2[first_T, 0] < ends_T) & (starts_T < words_W2[first_T, 1])
        starts_T = np.where(touches_T, words_W2[first_T, 0], 0)
        ends_T = np.where(touches_T, words_W2[last_T, 1], 0)
    ends_T = np.where(starts_T < ends_T, ends_T, 0)  # tokens that were added have no place in the text
    before_T = np.maximum.accumulate(np.concatenate([[0], ends_T]))[:-1]
    starts_T = np.maximum(starts_T, before_T)
    return np.stack([starts_T, np.maximum(starts_T, ends_T)], axis=1).astype(np.int32)


def spans_of(pairs: Iterable[Sequence[int]]) -> npt.NDArray[np.int32]:
    """Give [S, 2] of pairs of start and end."""
    return np.array(list(pairs), dtype=np.int32).reshape(-1, 2)
