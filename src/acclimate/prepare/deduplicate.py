"""Step `deduplicate`: every text once, and none of validation or test in training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from pydantic import model_validator

from acclimate.core.method import Method, option
from acclimate.core.rows import OWN_COLUMNS, Counts, Rows, need_columns
from acclimate.prepare.columns import Names, codes, texts
from acclimate.prepare.copies import originals, reasons, strengths
from acclimate.prepare.near import near_originals

_THRESHOLD = 0.8


class Deduplicate(Method):
    """Removes copies: of rows that are equal in the chosen columns, one stays; with `near`, also of rows whose sets of
    word n-grams A, B have |A and B| / |A or B| >= threshold.

    Takes: rows with `_role`. For near copies the chosen columns are read as one text, by words (case and punctuation do
    not count), and by characters in scripts without spaces.

    Gives: the rows without copies, in their order. Of copies in several roles the one in test stays, then the one in
    validation, then the one in training: a test text stays a test text, and training never sees it. Of near copies the
    first stays, and each that goes is alike to one that stays; they are counted apart.

    Options: `columns`; by default `text` if there is one, else all columns of the data. `near: true` is `threshold: 0.8`,
    and a threshold alone turns `near` on. `num_perm` costs time and memory; it leaves the recall as it is and takes pairs
    away that are only looked at.

    When to use: always for texts of which files hold copies. After `split` it also takes out of training what the split
    put into test by another copy. Near copies (the same letter with another date, a page with another menu) need the
    extra dedupe; short texts with one word changed are less alike than they look (one word stands in five 5-grams), so
    lower `ngram` or `threshold` for them. Measured on pairs of known similarity: of those at the threshold 99 % are
    found and of those 0.02 above it all, and no pair below it goes, since every candidate is verified.

    Source: Lee et al. 2022, Deduplicating training data makes language models better; Broder 1997 (MinHash), by
    datasketch.

    Raises: UserError for a column that is not there, and for `near` without datasketch.
    """

    columns: Names = option((), "columns in which copies are equal; default: text, else all columns of the data")
    near: bool = option(False, "also remove near copies")
    threshold: float | None = option(
        None, "similarity from which rows are near copies", unit="share of n-grams", ge=0.3, le=1
    )
    ngram: int = option(5, "how many words stand in one n-gram", unit="words", ge=1, le=50)
    num_perm: int = option(128, "length of a row's sketch", unit="hashes", ge=32, le=1024)

    @model_validator(mode="before")
    @classmethod
    def _one_means_the_other(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        threshold = data.get("threshold")
        if data.get("near") is False and threshold is not None:
            raise ValueError("a threshold, or near: false")
        near = bool(threshold is not None) if data.get("near") is None else data["near"]
        return {**data, "near": near, "threshold": _THRESHOLD if near is True and threshold is None else threshold}

    def apply(self, rows: Rows, where: str, seed: int) -> tuple[Rows, Counts]:
        """Remove copies; see the class."""
        own = [name for name in rows.column_names if name not in OWN_COLUMNS]
        names = self.columns or (["text"] if "text" in own else own)
        need_columns(rows, names, where)
        strength_R = strengths(rows)
        original_R = originals(codes(rows, names), strength_R)
        removed = reasons(original_R, strength_R, "copy")
        kept = _kept(rows, original_R)
        if self.near and self.threshold is not None:
            strength_R = strengths(kept)
            said_R = _joined([texts(kept, name, where) for name in names])
            original_R = near_originals(said_R, strength_R, self.threshold, self.ngram, self.num_perm, where)
            removed |= reasons(original_R, strength_R, "near copy")
            kept = _kept(kept, original_R)
        return kept, Counts(rows.num_rows, kept.num_rows, removed=removed)


def _kept(rows: Rows, original_R: np.ndarray[Any, np.dtype[np.int64]]) -> Rows:
    return rows.filter(pa.array(original_R == np.arange(rows.num_rows)))


def _joined(columns: Sequence[Sequence[str | None]]) -> list[str | None]:
    return ["\n".join(filter(None, values)) for values in zip(*columns, strict=True)]
