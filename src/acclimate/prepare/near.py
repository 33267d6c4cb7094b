"""Near copies: texts that share most of their word n-grams, found by MinHash and verified n-gram by n-gram.

Legend of shapes: R rows, W words of a text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from acclimate.core.extras import need_package
from acclimate.core.seeds import U64, hash64, mix
from acclimate.prepare.columns import Codes
from acclimate.prepare.text_measures import words_of

if TYPE_CHECKING:
    from datasketch import MinHash

Grams = npt.NDArray[np.uint32]

_RECALL = 0.99


def bands(threshold: float, num_perm: int) -> tuple[int, int]:
    """Give (bands, rows a band), so that a pair at the threshold meets in some band with a chance of 0.99.

    The chance is 1 - (1 - threshold^rows)^bands. Of all that reach it the one with the longest bands, which brings the
    fewest pairs to verify (there are at least two bands); if none does, bands of one row.
    """
    for rows in range(num_perm // 2, 1, -1):
        if 1 - (1 - threshold**rows) ** (num_perm // rows) >= _RECALL:
            return num_perm // rows, rows
    return num_perm, 1


def similarity(one: Grams, other: Grams) -> float:
    """Give the Jaccard similarity of two sets: |A and B| / |A or B|."""
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared / (len(one) + len(other) - shared)


def _is_alike(one: Grams, other: Grams, threshold: float) -> bool:
    """Say whether the similarity is `threshold` or more, by their sizes alone where these rule it out."""
    smaller, larger = sorted((len(one), len(other)))
    return smaller / larger >= threshold and similarity(one, other) >= threshold


def near_originals(
    texts_R: Sequence[str | None], strength_R: Codes, threshold: float, ngram: int, num_perm: int, where: str
) -> Codes:
    """Give for each row the place of the row that it is a near copy of, or its own place if it stays.

    Rows are looked at by strength, then in their order; one goes if its n-grams have a similarity of `threshold` or more
    with those of a row that stays. So every row that goes is like one that is there, and no two that stay were found
    alike. A text without words stays.
    Raises: UserError if datasketch is not installed.
    """
    grams_R = list(_grams(texts_R, ngram))
    original_R = np.arange(len(grams_R))
    order = [place for place in np.argsort(strength_R, kind="stable").tolist() if len(grams_R[place])]
    index = _Index(threshold, num_perm, where)
    for place, sketch in zip(order, index.sketches([grams_R[place] for place in order]), strict=True):
        alike = (one for one in index.candidates(sketch) if _is_alike(grams_R[place], grams_R[one], threshold))
        original = next(alike, None)
        if original is None:
            index.add(place, sketch)
        else:
            original_R[place] = original
    return original_R


def _grams(texts_R: Sequence[str | None], ngram: int) -> Iterator[Grams]:
    """Give each text's set of n-grams as 32-bit hashes; a text of fewer words is one n-gram."""
    known: dict[str, int] = {}
    for text in texts_R:
        hash_W = np.array([_hash(word, known) for word in words_of(text or "")], dtype=np.uint64)
        yield np.unique((_joined(hash_W, min(ngram, len(hash_W))) >> np.uint64(32)).astype(np.uint32))


def _hash(word: str, known: dict[str, int]) -> int:
    if word not in known:
        known[word] = hash64("word", word)
    return known[word]


def _joined(hash_W: U64, ngram: int) -> U64:
    if not ngram:
        return hash_W
    return mix(*(hash_W[first : len(hash_W) - ngram + 1 + first] for first in range(ngram)))


class _Index:
    """datasketch's MinHash LSH over the rows that stay; its permutations are fixed, so the same texts give the same."""

    def __init__(self, threshold: float, num_perm: int, where: str) -> None:
        need_package("datasketch", "dedupe", where)
        import datasketch

        self._minhash = datasketch.MinHash
        self._num_perm = num_perm
        self._lsh = datasketch.MinHashLSH(num_perm=num_perm, params=bands(threshold, num_perm))

    def sketches(self, grams: Sequence[Grams]) -> Iterator[MinHash]:
        return self._minhash.generator(grams, num_perm=self._num_perm, hashfunc=int)  # type: ignore[no-any-return]

    def candidates(self, sketch: MinHash) -> list[int]:
        return sorted(self._lsh.query(sketch))

    def add(self, place: int, sketch: MinHash) -> None:
        self._lsh.insert(place, sketch, check_duplication=False)
