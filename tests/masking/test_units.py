import numpy as np

from acclimate.core.text import word_spans
from acclimate.masking.units import fields, units_of, white_space_words, words
from tests.documents_made import by_hand


def test_spans_are_those_of_the_core_and_remembered() -> None:
    text = "Don't give 5 mg."
    assert words(text).tolist() == word_spans(text).tolist() == [[0, 5], [6, 10], [11, 12], [13, 15], [15, 16]]
    assert words(text) is words(text)
    assert white_space_words(text).tolist() == [[0, 5], [6, 10], [11, 12], [13, 16]]
    assert fields("a:1, b:2", ",", True).tolist() == [[2, 3], [7, 8]]
    assert fields("a:1, b:2", ",", False).tolist() == [[0, 3], [5, 8]]


def test_units_are_counted_from_0_in_each_document() -> None:
    whole = "one two three four"
    later = by_hand(whole, ["<s>", "three", "fo", "ur", "</s>"], special=["<s>", "</s>"])
    assert units_of(later, words(whole)).tolist() == [-1, 0, 1, 1, -1]


def test_special_and_repeated_tokens_and_white_space_belong_to_no_unit() -> None:
    text = "<event> a b c"
    document = by_hand(text, ["<event>", " ", "a", " b", " c"], special=["<event>"], repeated=["a"])
    assert units_of(document, words(text)).tolist() == [-1, -1, -1, 0, 1]


def test_a_text_without_pieces_has_no_units() -> None:
    document = by_hand("", ["<s>", "</s>"], special=["<s>", "</s>"])
    assert units_of(document, words("")).tolist() == [-1, -1]
    assert units_of(document, words("")).dtype == np.int32
