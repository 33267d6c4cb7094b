from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from acclimate.core.protocols import Masking
from acclimate.masking.span import Span
from tests.documents_made import by_hand, keys, offsets


def hidden_words(
    method: Span, words: list[int], probability: float, key_N: npt.NDArray[np.uint64] | None = None
) -> list[npt.NDArray[np.bool_]]:
    """Hide in documents of so many words, a token a word."""
    units = np.concatenate([np.arange(count) for count in words] or [np.zeros(0)]).astype(np.int32)
    borders = offsets(words)
    marks = method.hide(units, borders, keys(len(words)) if key_N is None else key_N, probability)
    return [marks[begin:end] for begin, end in pairwise(borders)]


def runs(hidden: npt.NDArray[np.bool_]) -> list[int]:
    """Give the lengths of runs of hidden words."""
    edges = np.flatnonzero(np.diff(hidden, prepend=False, append=False))
    return (edges[1::2] - edges[::2]).tolist()


def test_units_are_words() -> None:
    document = by_hand("acute gastritis, mild", ["ac", "ute", " gastritis", ",", " mild"])
    assert Span().units(document).tolist() == [0, 0, 1, 2, 3]


def test_mean_length_of_a_capped_geometric_span() -> None:
    assert Span().mean_length == pytest.approx(sum(k * 0.2 * 0.8 ** (k - 1) for k in range(1, 10)) + 10 * 0.8**9)
    assert Span(masking_span_p=1.0).mean_length == 1
    assert Span(masking_max_span=1).mean_length == 1


def test_words_are_hidden_whole() -> None:
    units = np.repeat(np.arange(100), 2).astype(np.int32)
    units[::7] = -1
    hidden = Span().hide(units, offsets([200]), keys(1), 0.3)
    assert not hidden[units < 0].any()
    for number in range(100):
        assert len(set(hidden[units == number].tolist())) <= 1


@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=5),
    st.floats(0, 1),
    st.floats(0.01, 1),
    st.integers(1, 12),
    st.integers(0, 99),
)
def test_spans_are_never_longer_than_the_cap_and_every_document_has_one(
    words: list[int], probability: float, p: float, cap: int, seed: int
) -> None:
    hidden = hidden_words(Span(masking_span_p=p, masking_max_span=cap), words, probability, keys(len(words), seed))
    for count, marks in zip(words, hidden, strict=True):
        assert marks.any() == (count > 0)
        assert all(length <= cap for length in runs(marks)), "spans that touch would make longer runs"


@given(st.lists(st.integers(0, 60), min_size=1, max_size=5), st.floats(0, 1), st.integers(0, 99))
def test_a_mask_does_not_depend_on_the_neighbours(words: list[int], probability: float, seed: int) -> None:
    key = keys(len(words), seed)
    together = hidden_words(Span(), words, probability, key)
    for number, count in enumerate(words):
        alone = hidden_words(Span(), [count], probability, key[number : number + 1])
        assert together[number].tolist() == alone[0].tolist()


def test_the_same_key_gives_the_same_mask_and_another_key_another() -> None:
    first, second = hidden_words(Span(), [300, 300], 0.3)
    assert (first != second).any()
    again, _ = hidden_words(Span(), [300, 300], 0.3)
    assert (first == again).all()


def test_where_no_span_fell_one_word_is_hidden() -> None:
    hidden = hidden_words(Span(), [5] * 400, 0.01)
    assert min(marks.sum() for marks in hidden) == 1
    alone = [int(np.flatnonzero(marks)[0]) for marks in hidden if marks.sum() == 1]
    counts = np.bincount(alone, minlength=5)
    assert (counts > 40).all(), f"every word in its turn: {counts}"


@pytest.mark.parametrize("probability", [0.0, 1e-300, 1.0])
def test_extreme_probabilities(probability: float) -> None:
    marks = hidden_words(Span(), [2000], probability)[0]
    if probability < 0.5:
        assert marks.sum() == 1
    else:
        assert 0.75 < marks.mean() < 0.88, "gaps of one word: E[L] / (E[L] + 1)"


def test_it_is_a_masking() -> None:
    assert isinstance(Span(), Masking)
