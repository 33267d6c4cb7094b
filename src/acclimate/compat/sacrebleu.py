"""What sacrebleu counts in one answer, as rows of numbers whose sums over answers give its corpus scores."""

from __future__ import annotations

from collections.abc import Sequence


def bleu_counts(said: str, gold: Sequence[str]) -> list[int]:
    """Give matches of order 1 to 4, n-grams said of order 1 to 4, and the length of the nearest right answer.

    Tokens are those of `13a`, sacrebleu's default.
    """
    from sacrebleu.metrics.bleu import BLEU

    found = BLEU(effective_order=True).sentence_score(said, list(gold))
    return [*found.counts, *found.totals, found.ref_len]


def chrf_counts(said: str, gold: Sequence[str], word_order: int) -> list[int]:
    """Give n-grams said, those of the best right answer, and matches: of characters 1 to 6, of words 1 to `word_order`."""
    from sacrebleu.metrics.chrf import CHRF

    metric = CHRF(word_order=word_order)
    (flat,) = metric._extract_corpus_statistics([said], [[one] for one in gold])
    return [*flat[0::3], *flat[1::3], *flat[2::3]]
