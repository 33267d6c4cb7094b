"""Which training texts overlap held-out ones (prepare/leaks.py has the definitions).

Legend of shapes: T held-out texts, R training texts, G n-grams of all held-out texts, S those of all training texts by hash.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from acclimate.core.seeds import U64
from acclimate.prepare.leaks import WORDS_OF_NEAR, Leaks
from acclimate.prepare.ngrams import Grams, Marks, Places, Records, grams, units

Shares = npt.NDArray[np.float64]
NEAR, HOLDS, STANDS = "near duplicate", "holds a held-out text", "stands in held-out text"


@dataclass(frozen=True)
class Read:
    """Texts as sets of n-grams: long ones (`grams`) for containment, short ones (`near`) for similarity."""

    grams: Grams
    near: Grams
    compared_T: Marks

    def __len__(self) -> int:
        return len(self.compared_T)


@dataclass(frozen=True)
class Overlap:
    """A training text that overlaps a held-out one: their places, in which way, and by how much (0 to 1)."""

    row: int
    held: int
    kind: str
    share: float


@dataclass(frozen=True)
class Overlaps:
    """What one held-out set has in common with training.

    `share_T` is the share of each held-out text's n-grams that stand in training, `counted_T` the same without boilerplate;
    both are 0 for texts that are too short. `found` has each overlapping training text once.
    """

    share_T: Shares
    counted_T: Shares
    found: list[Overlap]


def read(texts: Sequence[str], records: Records | None, settings: Leaks) -> Read:
    """Read texts as the settings say."""
    found = units(texts, records, settings.ngram)
    shortest_T = np.where(found.record_T, settings.ngram, WORDS_OF_NEAR)
    compared_T = found.lengths_T >= shortest_T
    length_T = np.where(found.record_T, settings.record_ngram, settings.ngram)
    return Read(
        grams(found, length_T, compared_T),
        grams(found, np.full(len(texts), WORDS_OF_NEAR), compared_T),
        compared_T,
    )


class Training:
    """The training texts of a phase, ready to be looked through."""

    def __init__(self, texts: Read, group_R: Places, settings: Leaks) -> None:
        self._settings, self._texts = settings, texts
        hash_S = texts.grams.hash_G
        order_S = np.argsort(hash_S, kind="stable")
        self._hash_S, self._row_S = hash_S[order_S], texts.grams.text_G[order_S]
        self._boilerplate = _in_groups(self._hash_S, group_R[self._row_S], settings.boilerplate)
        own_R = texts.grams.count(~_among(hash_S, self._boilerplate))
        self._size_R = np.maximum(own_R, texts.grams.counts_T / 2)
        self._near = _Near(texts.near, settings.similarity)

    def against(self, held: Read, alive_R: Marks) -> Overlaps:
        """Look through one held-out set. Takes: `alive_R`, the training texts that are (still) there."""
        of = held.grams
        first_G, last_G = (np.searchsorted(self._hash_S, of.hash_G, side) for side in ("left", "right"))
        there_G = last_G > first_G
        boilerplate_G = _among(of.hash_G, self._boilerplate)
        size_T = np.maximum(of.count(~boilerplate_G), of.counts_T / 2)
        counted_T = of.count(there_G & ~boilerplate_G) / np.maximum(size_T, 1)
        alive_R = alive_R.copy()
        found: list[Overlap] = []
        ranges = np.where(there_G & ~boilerplate_G, last_G - first_G, 0)
        for some in (
            self._near.alike(held.near, alive_R),
            self._standing(of, first_G, ranges, alive_R),
            self._holding(of, first_G, ranges, size_T, alive_R),
        ):
            for one in some:
                alive_R[one.row] = False
                found.append(one)
        share_T = of.count(there_G) / np.maximum(of.counts_T, 1)
        return Overlaps(share_T, counted_T, found)

    def _standing(self, of: Grams, first_G: Places, ranges_G: Places, alive_R: Marks) -> Iterator[Overlap]:
        """Find the training texts that stand in the held-out set."""
        there_G = np.flatnonzero(ranges_G > 0)
        _, first_of_each = np.unique(first_G[there_G], return_index=True)
        once_G = there_G[first_of_each]
        row_P = self._row_S[_spread(first_G[once_G], ranges_G[once_G])]
        held_P = np.repeat(of.text_G[once_G], ranges_G[once_G])
        order_P = np.argsort(row_P, kind="stable")
        row_P, held_P = row_P[order_P], held_P[order_P]
        share_R = np.bincount(row_P, minlength=len(alive_R)) / np.maximum(self._size_R, 1)
        for row in np.flatnonzero(alive_R & (share_R >= self._settings.containment)).tolist():
            first, last = np.searchsorted(row_P, row, "left"), np.searchsorted(row_P, row, "right")
            yield Overlap(row, int(np.bincount(held_P[first:last]).argmax()), STANDS, float(share_R[row]))

    def _holding(
        self, of: Grams, first_G: Places, ranges_G: Places, size_T: Shares,
        alive_R: Marks,
    ) -> Iterator[Overlap]:  # fmt: skip
        """Find the training texts to take away until no held-out text has `containment` of itself in the rest."""
        begins_T1 = np.concatenate([[0], np.cumsum(of.counts_T)])
        covered_T = of.count(ranges_G > 0) / np.maximum(size_T, 1)
        for held in np.flatnonzero(covered_T >= self._settings.containment).tolist():
            part = slice(begins_T1[held], begins_T1[held + 1])
            row_P = self._row_S[_spread(first_G[part], ranges_G[part])]
            gram_P = np.repeat(np.arange(part.stop - part.start), ranges_G[part])
            while True:
                row_P, gram_P = row_P[alive_R[row_P]], gram_P[alive_R[row_P]]
                if len(np.unique(gram_P)) / size_T[held] < self._settings.containment:
                    break
                rows, counts = np.unique(row_P, return_counts=True)
                most = int(counts.argmax())
                yield Overlap(int(rows[most]), held, HOLDS, float(counts[most] / size_T[held]))


class _Near:
    """Exact search for sets of a similarity: two such sets share an n-gram among the few rarest of each (prefixes)."""

    def __init__(self, near: Grams, similarity: float) -> None:
        self._similarity = similarity
        self._known, self._often = np.unique(near.hash_G, return_counts=True)
        self._sets = near.split()
        self._prefixes = self._prefixes_of(near)

    def alike(self, held: Grams, alive_R: Marks) -> Iterator[Overlap]:
        """Find for each training text the first held-out one that is alike."""
        prefixes = self._prefixes_of(held)
        order = np.argsort(prefixes.hash_G, kind="stable")
        hash_P, text_P = prefixes.hash_G[order], prefixes.text_G[order]
        first, last = (np.searchsorted(hash_P, self._prefixes.hash_G, side) for side in ("left", "right"))
        sets = held.split()
        meets = np.flatnonzero(last > first)
        borders = np.flatnonzero(np.diff(self._prefixes.text_G[meets])) + 1
        for some in np.split(meets, borders) if len(meets) else []:
            row = int(self._prefixes.text_G[some[0]])
            candidates = np.unique(text_P[_spread(first[some], (last - first)[some])])
            for held_text in candidates.tolist() if alive_R[row] else []:
                share = _similarity(self._sets[row], sets[held_text], self._similarity)
                if share >= self._similarity:
                    yield Overlap(row, held_text, NEAR, share)
                    break

    def _prefixes_of(self, near: Grams) -> Grams:
        """Give of each set the n-grams that are rarest in training, |A| - ceil(similarity |A|) + 1 of them."""
        if not len(near.hash_G):
            return near
        place = np.minimum(np.searchsorted(self._known, near.hash_G), max(len(self._known) - 1, 0))
        often = (
            np.where(_among(near.hash_G, self._known), self._often[place], 0) if len(self._known) else near.text_G * 0
        )
        order = np.lexsort((near.hash_G, often, near.text_G))
        counts = near.counts_T
        length = counts - np.ceil(self._similarity * counts - 1e-9).astype(np.int64) + 1
        rank = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
        kept = order[rank < np.repeat(length, counts)]
        return Grams(near.hash_G[kept], near.text_G[kept], near.texts)


def _similarity(one: U64, other: U64, least: float) -> float:
    """Give |A and B| / |A or B|, or 0 where the sizes alone rule `least` out."""
    smaller, larger = sorted((len(one), len(other)))
    if smaller < least * larger:
        return 0.0
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared / (smaller + larger - shared)


def _in_groups(hash_S: U64, group_S: Places, groups: int | None) -> U64:
    """Give the n-grams (sorted) that stand in texts of at least so many groups."""
    found, counts = np.unique(hash_S, return_counts=True)
    often = found[counts >= groups] if groups else found[:0]
    mark_S = _among(hash_S, often)
    hashes, own = hash_S[mark_S], group_S[mark_S]
    order = np.lexsort((own, hashes))
    hashes, own = hashes[order], own[order]
    new = np.ones(len(order), dtype=np.bool_)
    new[1:] = (hashes[1:] != hashes[:-1]) | (own[1:] != own[:-1])
    found, counts = np.unique(hashes[new], return_counts=True)
    return found[counts >= (groups or 0)]


def _among(hash_G: U64, known: U64) -> Marks:
    """Mark what is in `known` (sorted)."""
    if not len(known):
        return np.zeros(len(hash_G), dtype=np.bool_)
    return np.asarray(known[np.minimum(np.searchsorted(known, hash_G), len(known) - 1)] == hash_G)


def _spread(first: Places, lengths: Places) -> Places:
    """Give the places of all ranges [first, first + length), end to end."""
    ends = np.cumsum(lengths)
    places: Places = np.arange(ends[-1] if len(ends) else 0) + np.repeat(first - (ends - lengths), lengths)
    return places
