import re
from itertools import combinations

import pytest

from acclimate.samples.general import passages

HAN = re.compile(r"[\u4e00-\u9fff]")


def units(row: dict[str, str]) -> list[str]:
    """Words of an English passage, characters of a Chinese one."""
    if row["language"] == "zh":
        return HAN.findall(row["text"])
    return re.findall(r"[a-z']+", row["text"].lower())


def grams(row: dict[str, str], length: int = 13) -> set[tuple[str, ...]]:
    found = units(row)
    return {tuple(found[start : start + length]) for start in range(len(found) - length + 1)}


def test_sixty_of_each_language() -> None:
    assert [len(passages()), len(passages("en")), len(passages("zh"))] == [120, 60, 60]


def test_ids_say_the_language_and_count_up() -> None:
    wanted = [f"{language}-{number:02d}" for language in ("en", "zh") for number in range(1, 61)]
    assert [row["id"] for row in passages()] == wanted
    assert all(row["id"].startswith(row["language"]) for row in passages())


def test_rows_hold_text_and_nothing_else() -> None:
    for row in passages():
        assert list(row) == ["id", "language", "text"]
        assert row["text"] == row["text"].strip()
        assert "\n" not in row["text"]


@pytest.mark.parametrize("language, low, high", [("en", 60, 110), ("zh", 90, 160)])
def test_lengths(language: str, low: int, high: int) -> None:
    lengths = {
        row["id"]: len(row["text"].split()) if language == "en" else len(units(row)) for row in passages(language)
    }
    assert not {name: length for name, length in lengths.items() if not low <= length <= high}


def test_english_is_english_and_chinese_is_chinese() -> None:
    assert not [row["id"] for row in passages("en") if HAN.search(row["text"])]
    assert not [row["id"] for row in passages("zh") if re.search("[A-Za-z]", row["text"])]


def test_no_two_passages_share_thirteen_words_or_characters() -> None:
    for one, other in combinations([(row["id"], grams(row)) for row in passages()], 2):
        assert not one[1] & other[1], f"{one[0]} and {other[0]}"


def test_no_two_passages_begin_alike() -> None:
    starts = [tuple(units(row)[:4]) for row in passages()]
    assert len(set(starts)) == len(starts)


def test_the_rows_given_are_the_callers_own() -> None:
    passages()[0]["text"] = "changed"
    assert passages()[0]["text"] != "changed"


def test_an_unknown_language_is_named() -> None:
    with pytest.raises(ValueError, match=r"'fr'.*en, zh"):
        passages("fr")
