"""Texts as sets of hashed n-grams."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from acclimate.prepare.ngrams import Records, grams, units

RECORDS = Records(",", ("<patient>", "</patient>", "<event>", "</event>"))


def sets(texts: list[str], n: int, records: Records | None = None) -> list[set[int]]:
    read = units(texts, records, 13)
    made = grams(read, np.full(len(texts), n), np.ones(len(texts), dtype=bool))
    assert made.counts_T.tolist() == [len(one) for one in made.split()]
    return [set(one.tolist()) for one in made.split()]


def test_case_marks_and_white_space_make_no_difference() -> None:
    one, other, third = sets(["The dose, doubled.", "the  dose\ndoubled", "the dose halved"], 2)
    assert one == other
    assert len(one) == 2
    assert len(one & third) == 1


def test_scripts_without_spaces_are_read_by_characters() -> None:
    assert [len(one) for one in sets(["高血压病人服药", "高血压"], 3)] == [5, 1]


def test_a_text_of_fewer_units_has_no_n_gram() -> None:
    assert [len(one) for one in sets(["a b c", "a b", ""], 3)] == [1, 0, 0]


def test_units_of_a_record_are_its_values() -> None:
    read = units(
        ["<patient>age:34, sex:F</patient><event>code:I10, description:Essential hypertension</event>"], RECORDS, 13
    )
    assert read.lengths_T.tolist() == [4]
    assert read.record_T.tolist() == [True]
    one, other = sets(["<patient>age:34, sex:F</patient>", "<event>weeks:34, group:F</event>"], 2, RECORDS)
    assert one == other


def test_a_long_value_is_text() -> None:
    note = " ".join(f"word{number}" for number in range(20))
    assert units([f"<event>code:I10, note:{note}</event>"], RECORDS, 13).lengths_T.tolist() == [21]


def test_plain_text_among_records_is_read_by_words() -> None:
    read = units(["general text, of no patient", "<event>code:general text</event>"], RECORDS, 13)
    assert read.lengths_T.tolist() == [5, 1]
    assert read.record_T.tolist() == [False, True]


@given(st.lists(st.lists(st.sampled_from("abcd"), max_size=12), max_size=5), st.integers(1, 4))
def test_as_sets_of_tuples(words: list[list[str]], n: int) -> None:
    found = sets([" ".join(some) for some in words], n)
    expected = [{tuple(some[k : k + n]) for k in range(len(some) - n + 1)} for some in words]
    for one, hashes in zip(expected, found, strict=True):
        assert len(hashes) == len(one)
    for one, hashes in zip(expected, found, strict=True):
        for other, others in zip(expected, found, strict=True):
            assert len(hashes & others) == len(one & other)
