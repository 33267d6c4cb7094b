"""Masking frequencies and span lengths against their distributions (bounds of 4.5 standard errors: one false alarm in
147,000; the seeds are fixed, so a test that passes once passes always).
"""

import numpy as np
import numpy.typing as npt
import pytest

from acclimate.core.protocols import Masking
from acclimate.core.seeds import hash64, mix
from acclimate.masking.span import Span
from acclimate.masking.token import Token
from acclimate.masking.token_sep import TokenSep
from acclimate.masking.white_space import WhiteSpace
from acclimate.masking.word import Word
from tests.documents_made import by_tokenizer, keys, offsets
from tests.tokenizers_made import byte_bpe

Marks = npt.NDArray[np.bool_]
COIN_A_UNIT = [Word(), Token(), WhiteSpace(), TokenSep()]
each_with_coins = pytest.mark.parametrize("method", COIN_A_UNIT, ids=lambda method: type(method).__name__)


def hide(
    method: Masking, documents: int, units: int, probability: float, key_N: npt.NDArray[np.uint64] | None = None
) -> Marks:
    """Hide in so many documents of so many units, a token each."""
    units_T = np.tile(np.arange(units, dtype=np.int32), documents)
    key = keys(documents) if key_N is None else key_N
    return method.hide(units_T, offsets([units] * documents), key, probability).reshape(documents, units)


def assert_share(count: int, trials: int, expected: float) -> None:
    error = np.sqrt(expected * (1 - expected) / trials)
    assert abs(count / trials - expected) < 4.5 * error, (
        f"{count / trials:.5f} instead of {expected:.5f} +- {error:.5f}"
    )


def assert_distribution(observed: npt.NDArray[np.integer], expected: npt.NDArray[np.float64]) -> None:
    """Chi-square against its own mean and spread: (X - k) / sqrt(2 k) < 4.5, with at least 10 expected in each class."""
    assert expected.min() > 10
    degrees = len(observed) - 1
    chi_square = float(((observed - expected) ** 2 / expected).sum())
    assert (chi_square - degrees) / np.sqrt(2 * degrees) < 4.5, (observed, expected.round(1))


@each_with_coins
@pytest.mark.parametrize("probability", [0.05, 0.15, 0.5, 0.9])
def test_each_unit_is_hidden_with_the_probability(method: Masking, probability: float) -> None:
    hidden = hide(method, 400, 500, probability)
    assert_share(int(hidden.sum()), hidden.size, probability)


@pytest.mark.parametrize("units", [1, 2, 3, 8])
def test_the_one_that_is_always_hidden_adds_its_share(units: int) -> None:
    """P(hidden) = p + (1 - p)^n / n: where no coin fell, each of the n units is taken with the same chance."""
    hidden = hide(Word(), 40_000, units, 0.15)
    share = 0.15 + 0.85**units / units
    for place in range(units):
        if share < 1:
            assert_share(int(hidden[:, place].sum()), len(hidden), share)
        else:
            assert hidden[:, place].all()


def test_the_number_of_hidden_units_is_binomial() -> None:
    units, p = 40, 0.15
    counts = np.bincount(hide(Word(), 60_000, units, p).sum(axis=1), minlength=units + 1)
    chances = [1.0]
    for k in range(units):
        chances.append(chances[-1] * (units - k) / (k + 1) * p / (1 - p))
    expected = 60_000 * (1 - p) ** units * np.array(chances)
    expected[1] += expected[0]  # none becomes one
    last = int(np.flatnonzero(expected > 10)[-1])
    observed = np.append(counts[1:last], counts[last:].sum())
    assert counts[0] == 0
    assert_distribution(observed, np.append(expected[1:last], expected[last:].sum()))


def test_units_are_hidden_independently() -> None:
    """Of neighbours, of places far apart, of the same place in two documents, epochs or seeds: P(both) = p^2."""
    p = 0.3
    hidden = hide(Word(), 2000, 100, p)
    for distance in (1, 2, 50):
        both = hidden[:, :-distance] & hidden[:, distance:]
        assert_share(int(both.sum()), both.size, p * p)
    other_document = hidden[:-1] & hidden[1:]
    assert_share(int(other_document.sum()), other_document.size, p * p)
    for changed in (mix(keys(2000), 1), mix(keys(2000), 0, hash64("masks", 1))):
        both = hidden & hide(Word(), 2000, 100, p, changed)
        assert_share(int(both.sum()), both.size, p * p)


def span_starts_and_lengths(hidden: Marks, longest: int) -> list[int]:
    """Give the lengths of spans that begin inside a document and so far from its end that none is cut."""
    lengths = []
    for row in hidden:
        edges = np.flatnonzero(np.diff(row, prepend=False, append=False))
        begins, ends = edges[::2], edges[1::2]
        inside = (begins > 0) & (begins < len(row) - longest)
        lengths += (ends - begins)[inside].tolist()
    return lengths


@pytest.mark.parametrize("p, cap", [(0.2, 10), (0.5, 4), (1.0, 3)], ids=str)
@pytest.mark.parametrize("probability", [0.15, 0.5])
def test_span_lengths_are_geometric_and_capped(p: float, cap: int, probability: float) -> None:
    lengths = span_starts_and_lengths(hide(Span(masking_span_p=p, masking_max_span=cap), 40, 5000, probability), cap)
    chances = p * (1 - p) ** np.arange(cap)
    chances[-1] += 1 - chances.sum()
    possible = chances > 0
    observed = np.bincount(lengths, minlength=cap + 1)[1:]
    assert not observed[~possible].any()
    if possible.sum() > 1:
        assert_distribution(observed[possible], len(lengths) * chances[possible])


@pytest.mark.parametrize("probability", [0.05, 0.15, 0.4, 0.8])
def test_spans_cover_the_probability_at_every_place_of_a_document(probability: float) -> None:
    """At the first word as at the last, as the process starts in its stationary state: P(hidden) = c, and where no span
    fell (it starts in a gap, chance 1 - c, that goes to the end, (1 - q)^(n - 1)) each of the n words with chance 1 / n.
    """
    words = 30
    hidden = hide(Span(), 60_000, words, probability)
    q = probability / (1 - probability) / Span().mean_length
    expected = probability + (1 - probability) * (1 - q) ** (words - 1) / words
    for place in (0, 1, 2, 9, words - 1):
        assert_share(int(hidden[:, place].sum()), len(hidden), expected)


def test_span_coverage_over_long_documents_is_exact() -> None:
    """Var(covered) of a renewal process, by its blocks: documents are independent, so their spread is the error."""
    for probability in (0.1, 0.15, 0.5, 0.8):
        shares = hide(Span(), 500, 2000, probability).mean(axis=1)
        error = shares.std(ddof=1) / np.sqrt(len(shares))
        assert error < 0.003
        assert abs(shares.mean() - probability) < 4.5 * error


def test_gaps_are_geometric_from_one() -> None:
    """q = 1 / E[G] with E[G] = E[L] (1 - c) / c: between spans there is always at least a word."""
    method = Span()
    hidden = hide(method, 40, 20_000, 0.5)
    gaps = np.array(span_starts_and_lengths(~hidden, 200))
    q = 1 / method.mean_length
    classes = np.arange(1, 25)
    expected = len(gaps) * q * (1 - q) ** (classes - 1)
    observed = np.bincount(gaps, minlength=25)[1:25]
    rest = len(gaps) * (1 - q) ** 24
    assert_distribution(np.append(observed, (gaps > 24).sum()), np.append(expected, rest))


def test_real_text_through_a_real_tokenizer_has_the_share_of_words() -> None:
    tokenizer = byte_bpe()
    document = by_tokenizer(
        "The patient was seen at the hospital in the morning with acute gastritis. " * 20, tokenizer
    )
    units_T = Word().units(document)
    words = int(units_T.max()) + 1
    assert words == 14 * 20
    many = 300
    hidden = Word().hide(np.tile(units_T, many), offsets([len(units_T)] * many), keys(many), 0.15)
    first_of_unit = np.flatnonzero((np.diff(units_T, prepend=-1) != 0) & (units_T >= 0))
    assert_share(int(hidden.reshape(many, -1)[:, first_of_unit].sum()), many * len(first_of_unit), 0.15)
