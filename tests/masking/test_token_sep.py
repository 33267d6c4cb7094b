from dataclasses import replace

import pytest
from pydantic import ValidationError

from acclimate.core.protocols import Masking
from acclimate.masking.token_sep import TokenSep
from acclimate.masking.word import Word
from tests.documents_made import by_hand

TEXT = "<patient>age:34, sex:F</patient>"
PIECES = ["<patient>", "age", ":", "3", "4", ",", " sex", ":", "F", "</patient>"]
TAGS = ["<patient>", "</patient>"]


@pytest.mark.parametrize(
    "options, expected",
    [
        ({}, [-1, 0, -1, 1, 1, 1, 1, -1, 2, -1]),
        ({"masking_sep_token": ","}, [-1, 0, 0, 0, 0, -1, 1, 1, 1, -1]),
        ({"masking_sep_token": ",", "mask": "value"}, [-1, -1, -1, 0, 0, -1, -1, -1, 1, -1]),
    ],
    ids=["between colons", "between commas", "values"],
)
def test_the_text_between_separators_is_one_unit(options: dict[str, str], expected: list[int]) -> None:
    assert TokenSep(**options).units(by_hand(TEXT, PIECES, special=TAGS)).tolist() == expected  # type: ignore[arg-type]


def test_an_escaped_separator_stays_inside_the_value() -> None:
    text = r"drug:insulin\, human, dose:5"
    document = by_hand(text, ["drug", ":", "insulin", "\\", ",", " human", ",", " dose", ":", "5"])
    units = TokenSep(masking_sep_token=",", mask="value").units(document)
    assert units.tolist() == [-1, -1, 0, 0, 0, 0, -1, -1, -1, 1]


def test_only_the_first_colon_ends_the_key() -> None:
    document = by_hand("time:12:30", ["time", ":", "12", ":", "30"])
    assert TokenSep(masking_sep_token=",", mask="value").units(document).tolist() == [-1, -1, 0, 0, 0]


def test_a_separator_may_have_several_characters() -> None:
    document = by_hand("a :: b", ["a", " ::", " b"])
    assert TokenSep(masking_sep_token="::").units(document).tolist() == [0, -1, 1]


def test_values_cannot_be_told_from_keys_by_the_mark_that_ends_keys() -> None:
    with pytest.raises(ValidationError, match="another masking_sep_token"):
        TokenSep(mask="value")
    with pytest.raises(ValidationError, match="at least 1 character"):
        TokenSep(masking_sep_token="")


def test_running_text_among_records_has_words_and_no_fields() -> None:
    """A clause between two commas is no value: it would be hidden whole, and replay would teach to guess clauses."""
    document = replace(by_hand("Yes, he said: go", ["Yes", ",", " he", " sa", "id", ":", " go"]), prose=True)
    units = TokenSep(masking_sep_token=",", mask="value").units(document)
    assert units.tolist() == Word().units(document).tolist() == [0, 1, 2, 3, 3, 4, 5]


def test_it_is_a_masking() -> None:
    assert isinstance(TokenSep(), Masking)
