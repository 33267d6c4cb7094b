"""Measures of a text, by hand."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from acclimate.prepare.text_measures import (
    letter_share,
    mean_word_length,
    repeated_line_share,
    repeated_ngram_share,
    script_shares,
    symbol_share,
    words_of,
)


@pytest.mark.parametrize(
    "text, words",
    [
        ("The patient's pulse: 72, no fever.", ["the", "patient's", "pulse", "72", "no", "fever"]),
        ("患者 72岁", ["患", "者", "72", "岁"]),
        ("... --- !", []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize(
    "text, length",
    [("a bcd", 2.0), ("患者 abc", 3.0), ("患者入院", None), ("かな カナ", None), ("한국어 a", 2.0), ("", None)],
)
def test_mean_word_length(text: str, length: float | None) -> None:
    assert mean_word_length(words_of(text)) == length


@pytest.mark.parametrize(
    "text, share", [("# one two", 0.5), ("one… two... three four", 0.5), ("#", None), ("a b", 0.0), ("看...看", 0.5)]
)
def test_symbol_share(text: str, share: float | None) -> None:
    assert symbol_share(text, words_of(text)) == share


@pytest.mark.parametrize("text, share", [("a 1 2 b3", 0.5), ("12 34", 0.0), ("患者 1", 0.5), (" ", None)])
def test_letter_share(text: str, share: float | None) -> None:
    assert letter_share(text) == share


@pytest.mark.parametrize("text, share", [("a\nb\n a \n\na", 0.5), ("a", 0.0), ("\n\n", None)])
def test_repeated_line_share(text: str, share: float | None) -> None:
    assert repeated_line_share(text) == share


@pytest.mark.parametrize(
    "text, ngram, share",
    [
        ("a b c a b d", 2, 2 / 6),  # the second a b
        ("a b a b a b", 2, 4 / 6),
        ("a a a a", 1, 3 / 4),
        ("a b c", 5, 0.0),
        ("", 2, None),
    ],
)
def test_repeated_ngram_share(text: str, ngram: int, share: float | None) -> None:
    assert repeated_ngram_share(words_of(text), ngram) == share


@pytest.mark.parametrize(
    "text, scripts, share",
    [
        ("abcd", ["latin"], 1.0),
        ("abc где", ["latin"], 0.5),
        ("abc где", ["latin", "cyrillic"], 1.0),
        ("患者ab", ["han"], 0.5),
        ("é ñ ß 12!", ["latin"], 1.0),
        ("12 !?", ["latin"], None),
        ("", ["latin"], None),
    ],
)
def test_script_shares(text: str, scripts: list[str], share: float | None) -> None:
    assert script_shares(pa.chunked_array([[text]]), scripts) == [share]


@given(st.text(st.characters(codec="utf-8"), max_size=60), st.integers(1, 6))
def test_shares_are_shares(text: str, ngram: int) -> None:
    found = [
        letter_share(text),
        repeated_line_share(text),
        repeated_ngram_share(words_of(text), ngram),
        *script_shares(pa.chunked_array([[text]]), ["latin", "han"]),
    ]
    assert all(share is None or 0 <= share <= 1 for share in found)
