"""Several words in a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from acclimate.core.examples import Document, Ints
from acclimate.core.method import Method, option
from acclimate.core.seeds import hash64, uniform
from acclimate.masking.coins import UnitTable, lowest, unit_table
from acclimate.masking.units import units_of, words

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

Floats = npt.NDArray[np.float64]
_BEGIN, _REST, _LENGTH, _GAP = (hash64("span", purpose) for purpose in ("begin", "rest", "length", "gap"))
_LONGEST_GAP = 1e12


class Span(Method):
    """Hide spans of L words, L geometric with parameter p and capped: P(L = k) = p (1 - p)^(k - 1), the rest on the cap.

    Between two spans lie G >= 1 words, geometric too, with E[G] = E[L] (1 - c) / c where c = mlm_probability, so that every
    word is hidden with chance c (the process starts in its stationary state). Where c asks for E[G] < 1, which is above
    E[L] / (E[L] + 1) (0.82 by default), gaps are one word each and less than c is hidden. In a document where no span fell
    one word is hidden.

    Takes: a document's text and the characters of each token.

    Gives: for each token its word's number.

    Options: how long spans are (`masking_span_p`, `masking_max_span`).

    When to use: where whole phrases matter (drug and dose, names of diseases), and for question answering. `word` is the
    gentler default.

    Source: SpanBERT, Joshi et al. 2020 (arXiv 1907.10529); there spans may touch, here they never do.

    Raises: nothing.
    """

    masking_span_p: float = option(
        0.2, "parameter of the geometric length of a span", unit="probability", ge=0.001, le=1
    )
    masking_max_span: int = option(10, "longest span", unit="words", ge=1, le=10_000)

    def check(self, tokenizer: PreTrainedTokenizerFast, where: str) -> None:
        """Any tokenizer will do."""

    def units(self, document: Document) -> npt.NDArray[np.int32]:
        return units_of(document, words(document.text))

    def hide(
        self, units_T: Ints, offsets_N1: Ints, key_N: npt.NDArray[np.uint64], probability: float
    ) -> npt.NDArray[np.bool_]:
        table = unit_table(units_T, offsets_N1)
        chosen_U = self._in_spans(table, key_N, probability)
        reached_N = np.bincount(table.document_U[chosen_U], minlength=len(key_N)) > 0
        missed = np.flatnonzero(~reached_N[table.document_U])
        coin = uniform(key_N[table.document_U[missed]], table.number_U[missed])
        chosen_U[missed] = lowest(coin, table.document_U[missed])
        return table.mark(chosen_U, len(units_T))

    @property
    def mean_length(self) -> float:
        """E[L], in words."""
        return float(self._at_least().sum())

    def _at_least(self) -> Floats:
        """P(L >= k) for k = 1 ... cap."""
        return np.asarray((1 - self.masking_span_p) ** np.arange(self.masking_max_span))

    def _in_spans(self, table: UnitTable, key_N: npt.NDArray[np.uint64], probability: float) -> npt.NDArray[np.bool_]:
        """Lay spans and gaps over the units of each document until it is full, and mark what lies in spans.

        Legend: P pairs of a span and the gap after it, those of one document in a row; the first is cut by its beginning.
        """
        if probability <= 0 or not len(table):
            return np.zeros(len(table), dtype=np.bool_)
        units_N = np.bincount(table.document_U, minlength=len(key_N))
        pairs_N = units_N // 2 + 1  # enough: every pair but the first is at least two units long
        document_P = np.repeat(np.arange(len(key_N)), pairs_N)
        firsts_N = np.cumsum(pairs_N) - pairs_N
        number_P = np.arange(len(document_P)) - firsts_N[document_P]
        spans_P, gaps_P = self._draw(key_N[document_P], number_P, probability, firsts_N)
        lengths_P = np.minimum(spans_P + gaps_P, units_N.max() + 1)
        begins_P = np.cumsum(lengths_P) - lengths_P
        begins_P -= begins_P[firsts_N][document_P]
        limits_P = units_N[document_P]
        offsets_P = (np.cumsum(units_N) - units_N)[document_P]
        size = len(table) + 1
        opened = np.bincount(np.minimum(begins_P, limits_P) + offsets_P, minlength=size)
        closed = np.bincount(np.minimum(begins_P + spans_P, limits_P) + offsets_P, minlength=size)
        return np.asarray(np.cumsum(opened - closed)[:-1] > 0)

    def _draw(
        self, key_P: npt.NDArray[np.uint64], number_P: Ints, probability: float, firsts_N: Ints
    ) -> tuple[Ints, Ints]:
        """Draw the lengths of spans and of gaps. A document begins inside a span with the chance `probability`."""
        at_least = self._at_least()
        spans_P = np.minimum(_geometric(uniform(key_P, _LENGTH, number_P), self.masking_span_p), self.masking_max_span)
        # What remains of the span that the document begins in: P(rest = r) = P(L >= r) / E[L].
        rest = np.searchsorted(np.cumsum(at_least) / at_least.sum(), uniform(key_P[firsts_N], _REST), side="right") + 1
        mean_gap = float(np.clip(self.mean_length * (1 - probability) / max(probability, 1e-12), 1, _LONGEST_GAP))
        share = self.mean_length / (self.mean_length + mean_gap)
        inside = uniform(key_P[firsts_N], _BEGIN) < share
        spans_P[firsts_N] = np.where(inside, np.minimum(rest, self.masking_max_span), 0)
        # A gap has no memory: what remains of the one that the document begins in is distributed as any other.
        return spans_P, _geometric(uniform(key_P, _GAP, number_P), 1 / mean_gap)


def _geometric(draws: Floats, p: float) -> npt.NDArray[np.int64]:
    """Turn uniform numbers into lengths >= 1 with P(k) = p (1 - p)^(k - 1)."""
    if p >= 1:
        return np.ones(len(draws), dtype=np.int64)
    return np.asarray(1 + np.floor(np.log1p(-draws) / np.log1p(-p)).astype(np.int64))
