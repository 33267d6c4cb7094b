"""Texts as sets of hashed n-grams, end to end in flat arrays, so that millions of words fit and compare fast.

A text's units are its words, case folded and without marks (characters in scripts without spaces). A tagged record's
units are its values, without tags and keys; a value of `longest` words or more is text, and its words are units.

Legend of shapes: T texts, T1 = T + 1 borders, U units of all texts, G n-grams of all texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from acclimate.core.seeds import U64, hash64, mix
from acclimate.core.text import value_spans
from acclimate.prepare.text_measures import words_of

Places = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Records:
    """How the records among some texts are written; a text without any of the tags is none."""

    separator: str
    tags: tuple[str, ...]

    def holds(self, text: str) -> bool:
        """Say whether a text is a record."""
        return any(tag in text for tag in self.tags)


@dataclass(frozen=True)
class Units:
    """The units of texts as 64-bit hashes; `record_T` marks the texts that are records."""

    hash_U: U64
    begins_T1: Places
    record_T: Marks

    @property
    def lengths_T(self) -> Places:
        """How many units each text has."""
        return np.diff(self.begins_T1)


@dataclass(frozen=True)
class Grams:
    """The set of n-grams of each of `texts` texts: each once, by text and there by hash."""

    hash_G: U64
    text_G: Places
    texts: int

    @property
    def counts_T(self) -> Places:
        """How many n-grams each text has."""
        return np.bincount(self.text_G, minlength=self.texts)

    def count(self, mark_G: Marks) -> Places:
        """Count the marked n-grams of each text."""
        return np.bincount(self.text_G[mark_G], minlength=self.texts)

    def split(self) -> list[U64]:
        """Give each text's n-grams."""
        return np.split(self.hash_G, np.cumsum(self.counts_T)[:-1]) if self.texts else []


def units(texts: Sequence[str], records: Records | None, longest: int) -> Units:
    """Read texts; see the module. Takes: `longest`, the words from which a value is text."""
    known: dict[str, int] = {}
    record_T = np.array([records is not None and records.holds(text) for text in texts], dtype=np.bool_)
    hashes = [
        np.fromiter((_hash(unit, known) for unit in _units(text, records if is_record else None, longest)), np.uint64)
        for text, is_record in zip(texts, record_T.tolist(), strict=True)
    ]
    begins_T1 = np.concatenate([[0], np.cumsum([len(one) for one in hashes], dtype=np.int64)])
    return Units(np.concatenate([np.zeros(0, np.uint64), *hashes]), begins_T1, record_T)


def grams(read: Units, length_T: Places, wanted_T: Marks) -> Grams:
    """Give the n-grams of the wanted texts. Takes: `length_T`, each text's n. A text of fewer units has none."""
    kept: list[U64] = []
    counts = np.zeros(len(length_T), dtype=np.int64)
    for place in np.flatnonzero(wanted_T & (read.lengths_T >= length_T)).tolist():
        first, last, n = read.begins_T1[place], read.begins_T1[place + 1], int(length_T[place])
        hash_U = read.hash_U[first:last]
        kept.append(np.unique(mix(*(hash_U[shift : len(hash_U) - n + 1 + shift] for shift in range(n)))))
        counts[place] = len(kept[-1])
    text_G = np.repeat(np.arange(len(length_T)), counts)
    return Grams(np.concatenate([np.zeros(0, np.uint64), *kept]), text_G, len(length_T))


def _units(text: str, records: Records | None, longest: int) -> Iterator[str]:
    if records is None:
        yield from words_of(text)
        return
    for first, last in value_spans(text, records.separator, records.tags).tolist():
        words = words_of(text[first:last])
        if len(words) < longest:
            yield text[first:last].casefold()
        else:
            yield from words


def _hash(unit: str, known: dict[str, int]) -> int:
    if unit not in known:
        known[unit] = hash64("unit", unit)
    return known[unit]
