"""Near copies: what is found of planted pairs whose similarity is known, and that nothing below it goes."""

import random
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acclimate.core.errors import UserError
from acclimate.prepare.near import bands, near_originals, similarity

GRAMS = 100


def pair(shared: int, number: int) -> tuple[str, str]:
    """Give two texts of 100 different 5-grams each, of which `shared` are the same: J = shared / (200 - shared)."""
    words = [f"w{number}x{place}" for place in range(2 * (GRAMS + 4))]
    random.Random(number).shuffle(words)
    first = words[: GRAMS + 4]
    return " ".join(first), " ".join(first[: shared + 4] + words[GRAMS + 4 : 2 * GRAMS + 4 - shared])


def found(texts: list[str | None], threshold: float = 0.8, ngram: int = 5, num_perm: int = 128) -> list[int]:
    strength = np.zeros(len(texts), dtype=np.int64)
    return near_originals(texts, strength, threshold, ngram, num_perm, "w").tolist()


def share_found(shared: int, pairs: int = 300) -> float:
    texts = [text for number in range(pairs) for text in pair(shared, number)]
    gone = [place for place, original in enumerate(found(texts)) if original != place]
    assert all(place % 2 == 1 for place in gone), "the first of a pair stays"
    return len(gone) / pairs


@pytest.mark.parametrize("shared, at_least", [(89, 0.98), (90, 0.98), (95, 1.0)])
def test_recall_at_and_above_the_threshold(shared: int, at_least: float) -> None:
    assert shared / (2 * GRAMS - shared) >= 0.8
    assert share_found(shared) >= at_least


@pytest.mark.parametrize("shared", [60, 80, 88])
def test_nothing_below_the_threshold_goes(shared: int) -> None:
    assert shared / (2 * GRAMS - shared) < 0.8
    assert share_found(shared) == 0


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.8, 0.9, 1.0])
@pytest.mark.parametrize("num_perm", [32, 128, 256])
def test_bands_meet_at_the_threshold_with_a_chance_of_99_in_100(threshold: float, num_perm: int) -> None:
    count, rows = bands(threshold, num_perm)
    assert count * rows <= num_perm
    assert 1 - (1 - threshold**rows) ** count >= 0.99
    longer = rows + 1
    assert longer > num_perm // 2 or 1 - (1 - threshold**longer) ** (num_perm // longer) < 0.99


def test_similarity_by_hand() -> None:
    one, other = np.array([1, 2, 3], dtype=np.uint32), np.array([2, 3, 4, 5], dtype=np.uint32)
    assert similarity(one, other) == 2 / 5


@pytest.mark.parametrize(
    "one, other, ngram, near",
    [
        ("The patient slept well.", "the PATIENT, slept - well!", 5, True),
        ("The patient slept well.", "The patient slept badly.", 5, False),
        ("a b c d", "a b c e", 1, False),  # 3 of 5
        ("a b c d e f g h i", "a b c d e f g h j", 1, True),  # 8 of 10
        ("患者昨日入院接受检查并于今日出院回家", "患者昨日入院接受检查并于今日出院回家。", 5, True),
        ("患者昨日入院接受检查", "患者今日出院回家休息", 2, False),
        ("", "", 5, False),
        ("...", "...", 5, False),
    ],
)
def test_words_and_characters(one: str, other: str, ngram: int, near: bool) -> None:
    assert found([one, other], ngram=ngram) == [0, 0 if near else 1]


WORDS = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=8).map(" ".join)


@settings(max_examples=40, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=12), st.sampled_from([0.5, 0.8, 1.0]))
def test_what_goes_is_alike_to_what_stays(texts: list[str], threshold: float) -> None:
    originals = found(list(texts), threshold, ngram=1)
    sets = [set(re.findall(r"\w", text)) for text in texts]
    for place, original in enumerate(originals):
        assert originals[original] == original
        assert original <= place
        assert len(sets[place] & sets[original]) / len(sets[place] | sets[original]) >= threshold


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "datasketch", None)
    with pytest.raises(UserError, match=r"acclimate\[dedupe\]"):
        found(["a"])
