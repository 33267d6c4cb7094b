import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score.tokenizers import DefaultTokenizer

from acclimate.evaluate.by_script import apart, tokens_by_script, tokens_of


@pytest.mark.parametrize(
    "text, tokens",
    [
        ("Don't, stop-it!", ["don", "t", "stop", "it"]),
        ("高血压（ＣＴ）3天", ["高", "血", "压", "ｃｔ", "3", "天"]),
        ("BP 120/80、体温37.5℃", ["bp", "120", "80", "体", "温", "37", "5"]),
        ("ความดัน", ["ค", "ว", "า", "ม", "ดั", "น"]),  # a vowel sign belongs to its consonant
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("고혈압 환자", ["고혈압", "환자"]),
        ("cafe\u0301 STRASSE straße", ["café", "strasse", "strasse"]),
        ("𠀀𠀁x", ["𠀀", "𠀁", "x"]),
        ("", []),
        ("。，!?", []),
    ],
)
def test_tokens_follow_the_script(text: str, tokens: list[str]) -> None:
    assert tokens_by_script(text) == tokens


@given(st.text(string.printable))
def test_of_ascii_they_are_those_of_rouge_score(text: str) -> None:
    assert tokens_by_script(text) == DefaultTokenizer().tokenize(text)


@given(st.text())
def test_no_letter_or_digit_of_any_text_is_lost(text: str) -> None:
    import unicodedata

    whole = unicodedata.normalize("NFC", text.casefold())
    assert "".join(tokens_by_script(text)) == "".join(one for one in whole if unicodedata.category(one)[0] in "LMN")


def test_white_space_is_the_other_way() -> None:
    assert tokens_of("Growth, of 3 %.", "whitespace") == ["Growth,", "of", "3", "%."]


def test_characters_are_set_apart() -> None:
    assert apart("用CT查").split() == ["用", "CT", "查"]
    assert apart("plain text") == "plain text"
