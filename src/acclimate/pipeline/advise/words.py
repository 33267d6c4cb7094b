"""How a tokenizer cuts words: tokens a word, and words in so many pieces that their meaning is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from acclimate.compat.text_encoder import text_encoder
from acclimate.core.scores import GroupSums
from acclimate.core.text import unit_of_tokens, word_spans
from acclimate.evaluate.rows import EvalText, groups_of, sum_by

BROKEN = 3
"""Pieces from which on a word counts as broken."""
FEWEST_GROUPS = 10
"""Groups in which a word must stand to be a term (and to be shown)."""


@dataclass(frozen=True)
class Words:
    """`sums`: tokens_per_word, and broken_words as a share of running words; `terms`: how many different words stand in at
    least 10 groups; `broken`: those of them in 3 pieces or more, the most frequent first, with their pieces.
    """

    sums: list[GroupSums]
    terms: int
    broken: list[tuple[str, int]]

    @property
    def broken_share(self) -> float:
        """Broken terms / terms (0 where there is none)."""
        return len(self.broken) / max(1, self.terms)


def words_in(texts: Sequence[EvalText], tokenizer: Any) -> Words | None:
    """Count the pieces of each word with a letter in it (tagged records: of their values); None where there is none.

    A token that reaches over two words counts for the first.
    """
    encoder = text_encoder(tokenizer, (), add_end=False)
    groups, place_R = groups_of(texts)
    tokens_R, words_R, broken_R = (np.zeros(len(texts)) for _ in range(3))
    seen: dict[str, set[str]] = {}
    pieces: dict[str, int] = {}
    often: Counter[str] = Counter()
    for row, (text, cut) in enumerate(zip(texts, encoder.pieces([one.text for one in texts]), strict=True)):
        spans = _spans(text)
        unit_T = unit_of_tokens(spans, cut.starts_T, cut.ends_T)
        count_U = np.bincount(unit_T[unit_T >= 0], minlength=len(spans))
        tokens_R[row], words_R[row], broken_R[row] = count_U.sum(), len(spans), (count_U >= BROKEN).sum()
        for (start, end), count in zip(spans.tolist(), count_U.tolist(), strict=True):
            word = text.text[start:end]
            often[word] += 1
            pieces[word] = max(count, pieces.get(word, 0))
            if len(seen.setdefault(word, set())) < FEWEST_GROUPS:
                seen[word].add(text.group)
    if not words_R.sum():
        return None
    whole_G = sum_by(place_R, words_R, groups)
    sums = [
        GroupSums(name, unit, "lower", groups, sum_by(place_R, part_R, groups), whole_G, int(words_R.sum()))
        for name, unit, part_R in (
            ("tokens_per_word", "tokens/word", tokens_R), ("broken_words", "share of words", broken_R))
    ]  # fmt: skip
    terms = [word for word, places in seen.items() if len(places) >= FEWEST_GROUPS]
    broken = sorted((one for one in terms if pieces[one] >= BROKEN), key=lambda one: (-often[one], one))
    return Words(sums, len(terms), [(one, pieces[one]) for one in broken])


def _spans(text: EvalText) -> Any:
    spans = word_spans(text.text)
    lettered = np.array([any(map(str.isalpha, text.text[start:end])) for start, end in spans.tolist()], dtype=bool)
    spans = spans[lettered] if len(spans) else spans
    if text.tagged is None or not len(spans):
        return spans
    return spans[unit_of_tokens(text.units(), spans[:, 0], spans[:, 1]) >= 0]
