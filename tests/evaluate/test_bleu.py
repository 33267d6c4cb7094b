from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sacrebleu.metrics.bleu import BLEU

from acclimate.evaluate.change import Bootstrap, change, own_interval
from acclimate.evaluate.metrics.bleu import Bleu
from tests.evaluate.answers_made import answers, by_name, values

words = st.lists(st.sampled_from(["the", "cat", "sat,", "on", "a", "mat.", "3.5", "don't", "Ärzte"]), max_size=9).map(
    " ".join
)
rows = st.lists(st.tuples(st.tuples(words, words), words), min_size=1, max_size=6)


@settings(deadline=None)
@given(rows)
def test_the_score_is_sacrebleus(pairs: list[tuple[tuple[str, str], str]]) -> None:
    gold = [[right[place] for right, _ in pairs] for place in range(2)]
    theirs = BLEU().corpus_score([said for _, said in pairs], gold).score
    assert values(Bleu(), answers(pairs))["bleu"] == pytest.approx(theirs, abs=1e-9)


def test_by_hand() -> None:
    # said 6 of 7 tokens: 1-grams 5/6, 2-grams 3/5, 3-grams 2/4, 4-grams 1/3; penalty exp(1 - 7/6)
    made = answers([("the cat sat on the mat .", "the cat sat on a mat")])
    assert values(Bleu(), made)["bleu"] == pytest.approx(
        100 * 2.718281828459045 ** (1 - 7 / 6) * (5 / 6 * 3 / 5 * 2 / 4 * 1 / 3) ** 0.25
    )


@pytest.mark.parametrize("text", ["高血压患者应低盐饮食。", "血圧が高いので薬を飲む", "ผู้ป่วยความดัน"])
def test_identical_texts_without_spaces_score_100_and_near_ones_something(text: str) -> None:
    assert values(Bleu(), answers([(text, text)]))["bleu"] == pytest.approx(100)
    assert 30 < values(Bleu(), answers([(text, text[:-1])]))["bleu"] < 100


def test_chinese_is_near_sacrebleus_own_tokens() -> None:
    gold, said = "患者2天前出现CT异常，血压120/80。", "患者3天前出现CT异常，血压正常。"
    theirs = BLEU(tokenize="zh").corpus_score([said], [[gold]]).score
    assert values(Bleu(), answers([(gold, said)]))["bleu"] == pytest.approx(theirs, abs=3)


def test_the_interval_weighs_groups_and_two_equal_arms_differ_by_0() -> None:
    pairs = [
        (f"the cat number {n} sat on the mat", f"the cat number {n} sat {'on' if n % 3 else 'by'} the mat")
        for n in range(40)
    ]
    made = answers([*pairs, ((), "unasked")], groups=[f"g{n // 2}" for n in range(40)] + ["none"])
    one = by_name(Bleu(), made)["bleu"]
    assert (one.n, one.denominator_G[-1]) == (40, 0)
    assert one.unit == "BLEU of 100 (tokens: 13a; characters of scripts without spaces)"
    found = own_interval(one, Bootstrap(resamples=500))
    assert found.groups == 20
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.value < found.high
    same = change(one, by_name(Bleu(), made)["bleu"], Bootstrap(resamples=200))
    assert (same.value, same.low, same.high) == (0, 0, 0)
    assert Bleu().sums(answers([((), "x")])) == []
