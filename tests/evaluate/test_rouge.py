from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from acclimate.core.method import Method
from acclimate.evaluate.metrics.rouge1 import Rouge1
from acclimate.evaluate.metrics.rouge2 import Rouge2
from acclimate.evaluate.metrics.rouge_l import RougeL
from tests.evaluate.answers_made import answers, by_name, values

KINDS: dict[str, Method] = {"rouge1": Rouge1(), "rouge2": Rouge2(), "rougeL": RougeL()}
english = st.lists(st.sampled_from(["The", "the", "cat,", "sat", "on", "a", "mat.", "3", "don't"]), max_size=9).map(
    " ".join
)


@settings(deadline=None)
@given(st.lists(st.tuples(st.lists(english, min_size=1, max_size=3), english), min_size=1, max_size=4))
def test_english_scores_are_those_of_rouge_score(pairs: list[tuple[list[str], str]]) -> None:
    theirs = RougeScorer(list(KINDS))
    for kind, metric in KINDS.items():
        found = [theirs.score_multi(gold, said)[kind] for gold, said in pairs]
        mine = values(metric, answers(pairs))
        for name, part in (("", "fmeasure"), ("_precision", "precision"), ("_recall", "recall")):
            assert mine[kind + name] == pytest.approx(sum(getattr(one, part) for one in found) / len(pairs))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", ["高血压患者应低盐饮食。", "ผู้ป่วยความดันโลหิตสูง", "血圧が高い", "혈압이 높은 환자"])
def test_identical_texts_of_any_script_score_1(kind: str, text: str) -> None:
    assert values(KINDS[kind], answers([(text, text)])) == {kind: 1.0, f"{kind}_precision": 1.0, f"{kind}_recall": 1.0}


def test_chinese_is_counted_by_characters() -> None:
    # right: 高 血 压; said: 高 血 脂 症: two of three found, two of four right
    mine = values(Rouge1(), answers([("高血压", "高血脂症")]))
    assert mine == pytest.approx({"rouge1": 4 / 7, "rouge1_precision": 2 / 4, "rouge1_recall": 2 / 3})


def test_rows_without_a_right_answer_are_not_counted_and_groups_keep_their_order() -> None:
    made = answers([("a b", "a b"), ((), "a"), ("a b", "c"), ("a", "a")], groups=["q", "p", "q", "r"])
    one = by_name(Rouge1(), made)["rouge1"]
    assert (one.groups, one.numerator_G.tolist(), one.denominator_G.tolist()) == (("q", "p", "r"), [1, 0, 1], [2, 0, 1])
    assert (one.n, one.better) == (3, "higher")
    assert one.unit == "F1 of 1-grams (tokens: words; characters of scripts without spaces)"
    assert Rouge1().sums(answers([((), "a")])) == []


def test_what_stands_twice_counts_once_if_wanted() -> None:
    # distinct: right {a, b}, said {a, c}; pairs: right {ab, ba}, said {aa, ac}; in order: a a of "a b a", of "a a c"
    made = answers([("a b a", "a a c")])
    assert values(Rouge1(repeats=False), made)["rouge1"] == 0.5
    assert values(Rouge2(repeats=False), made)["rouge2"] == 0.0
    assert values(RougeL(repeats=False), made)["rougeL"] == 0.5
    assert values(RougeL(), made)["rougeL"] == pytest.approx(2 / 3)
    assert by_name(Rouge2(repeats=False), made)["rouge2"].unit.startswith("F1 of 2-grams, each once (")
    for metric in (Rouge1, Rouge2, RougeL):
        nothing = answers([(("", "x y"), ""), ("x y", "x y")])
        assert next(iter(values(metric(repeats=False), nothing).values())) == 0.5
