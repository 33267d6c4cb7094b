from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sacrebleu.metrics.chrf import CHRF

from acclimate.evaluate.metrics.chrf import Chrf
from tests.evaluate.answers_made import answers, by_name, values

words = st.lists(st.sampled_from(["the", "cat", "sat,", "on", "a", "mat.", "3.5", "don't", "Ärzte"]), max_size=9).map(
    " ".join
)
rows = st.lists(st.tuples(st.tuples(words, words), words), min_size=1, max_size=6)


@settings(deadline=None)
@given(rows, st.sampled_from([0, 2]))
def test_the_score_is_sacrebleus(pairs: list[tuple[tuple[str, str], str]], word_order: int) -> None:
    gold = [[right[place] for right, _ in pairs] for place in range(2)]
    theirs = CHRF(word_order=word_order).corpus_score([said for _, said in pairs], gold).score
    assert values(Chrf(word_order=word_order), answers(pairs))["chrf"] == pytest.approx(theirs, abs=1e-9)


def test_by_hand() -> None:
    # said "ab" of "abc": characters 2/2 and 2/3, pairs 1/1 and 1/2; of longer ones nothing was said
    precision, recall = (2 / 2 + 1 / 1) / 2, (2 / 3 + 1 / 2) / 2
    assert values(Chrf(), answers([("abc", "ab")]))["chrf"] == pytest.approx(
        100 * 5 * precision * recall / (4 * precision + recall)
    )


def test_any_script_and_rows_without_a_right_answer() -> None:
    made = answers([("高血压患者", "高血压患者"), ((), "x"), ("x", "")])
    one = by_name(Chrf(), made)["chrf"]
    assert one.denominator_G.tolist() == [1, 0, 1]
    assert one.unit == "chrF of 100 (tokens: 1 to 6 characters)"
    assert (
        by_name(Chrf(word_order=2), made)["chrf"].unit == "chrF of 100 (tokens: 1 to 6 characters and of 1 to 2 words)"
    )
    assert values(Chrf(), answers([("高血压", "高血压")])) == {"chrf": pytest.approx(100)}
    assert Chrf().sums(answers([((), "x")])) == []
