import math

import numpy as np
import pytest

from acclimate.evaluate.terms import Occurrence, Term
from acclimate.evaluate.terms_ask import TermResults
from acclimate.evaluate.terms_tally import all_finite, learnt_and_lost, rivals, slices, term_sums


def results(bits: list[float], ranks: list[int] | None = None) -> TermResults:
    return TermResults(np.array(bits), np.array(ranks or [1] * len(bits)), np.zeros(len(bits)))


def occurrence(term: int, group: str, half: int = 0) -> Occurrence:
    return Occurrence(term, 0, 0, 1, group, half, 0)


def test_scores_are_ratios_of_sums_by_hand() -> None:
    places = [occurrence(0, "b"), occurrence(1, "a"), occurrence(0, "a")]
    bits, top1, mrr = term_sums(results([4, 1, 7], [2, 1, 1]), np.array([3, 3, 0]), places)
    assert (bits.name, top1.name, mrr.name) == ("term_bits", "term_top1", "term_mrr")
    assert bits.groups == ("b", "a")
    assert bits.numerator_G.tolist() == [4, 8]
    assert bits.denominator_G.tolist() == [1, 2]
    assert (bits.value, bits.n, bits.better) == (4.0, 3, "lower")
    assert (top1.value, top1.n, top1.better) == (0.5, 2, "higher"), "the third had no other candidate"
    assert mrr.value == pytest.approx((1 / 2 + 1) / 2)


def test_without_other_candidates_there_are_bits_alone() -> None:
    assert [one.name for one in term_sums(results([4]), np.array([0]), [occurrence(0, "b")])] == ["term_bits"]
    assert rivals([0, 0, 0, 2, 3, 3]).tolist() == [2, 0, 1]


def test_slices_add_up_to_the_whole() -> None:
    terms = [Term("x", ("x",), "k", ("k", "k > l")), Term("y", ("y",), "m", ("m",))]
    places = [occurrence(number % 3 % 2, f"g{number}") for number in range(9)]
    parts = slices(terms, places)
    assert list(parts) == ["k", "k > l", "m"]
    whole = term_sums(results([2.0**n for n in range(9)]), np.ones(9), places)[0]
    some = [term_sums(results([2.0**n for n in range(9)]), np.ones(9), places, parts[name])[0] for name in ("k", "m")]
    assert sum(one.numerator_G.sum() for one in some) == whole.numerator_G.sum()
    assert sum(one.n for one in some) == whole.n == 9
    assert slices(terms, places[1:2]) == {}, "one branch is the whole"


def made(terms: int, changes: list[tuple[float, float]], groups: int = 12) -> list:
    """Terms whose bits change by (in half 0, in half 1), 3 places in each half, 5 bits before."""
    known = [Term(f"t{number}", (f"t{number}",), "k", (), groups) for number in range(terms)]
    places = [occurrence(number, f"g{n}", n % 2) for number in range(terms) for n in range(6)]
    after = [5.0 + changes[one.term][one.half] for one in places]
    return learnt_and_lost(known, places, results([5.0] * len(places)), results(after, [2] * len(places)))


def test_one_half_chooses_and_the_other_reports() -> None:
    learnt, more, lost = made(4, [(-1, 2), (-3, -0.5), (2, 1), (0, 0)])
    assert (learnt.term, learnt.outcome, learnt.base_bits, learnt.adapted_bits) == ("t1", "learnt", 5.0, 4.5)
    assert (more.term, more.outcome, more.adapted_bits) == ("t0", "learnt", 7.0), "luck does not repeat itself"
    assert (lost.term, lost.outcome, lost.adapted_bits) == ("t2", "lost", 6.0)
    assert (learnt.base_first, learnt.adapted_first, learnt.occurrences, learnt.groups) == (1.0, 0.0, 3, 12)


def test_ten_of_each_may_be_shared_and_others_are_private() -> None:
    assert len(made(25, [(-n - 1, 0) for n in range(25)])) == 10
    assert [line.shareable for line in made(1, [(-1, 0)], groups=9) + made(1, [(-1, 0)], groups=10)] == [False, True]


def test_terms_with_few_places_are_not_shown() -> None:
    known = [Term("t", ("t",), "k")]
    places = [occurrence(0, f"g{n}", n % 2) for n in range(5)]
    assert learnt_and_lost(known, places, results([5.0] * 5), results([1.0] * 5)) == []


def test_a_broken_model() -> None:
    assert all_finite({"after": results([1.0])})
    assert not all_finite({"before": results([1.0]), "after": results([math.nan])})
