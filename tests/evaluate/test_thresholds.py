from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sklearn.metrics import f1_score

from acclimate.core.answers import ClassAnswers
from acclimate.core.errors import AcclimateError
from acclimate.evaluate.metrics.f1 import F1
from acclimate.evaluate.metrics.precision import Precision
from acclimate.evaluate.metrics.recall import Recall
from acclimate.evaluate.thresholds import Wanted, choose_thresholds
from tests.evaluate.classes_made import one_label, one_of, several_labels, several_of, values

SHARES = st.sampled_from([0.1, 0.5, 0.8, 0.95, 1.0])
HAND = one_of(("no", "yes"), [1, 1, 0, 1, 0, 0], [[1 - p, p] for p in (0.9, 0.8, 0.7, 0.6, 0.4, 0.2)])


def applied(answers: ClassAnswers, wanted: Wanted) -> ClassAnswers:
    return replace(answers, threshold_K=choose_thresholds(answers, wanted).threshold_K)


@pytest.mark.parametrize(
    "wanted, threshold, recall, precision",
    [
        (Wanted(recall=0.6), 0.75, 2 / 3, 1.0),
        (Wanted(recall=0.7), 0.5, 1.0, 0.75),
        (Wanted(precision=0.7), 0.5, 1.0, 0.75),
        (Wanted(precision=0.8), 0.75, 2 / 3, 1.0),
        (Wanted(cost_ratio=0.5), 0.75, 2 / 3, 1.0),
        (Wanted(cost_ratio=3), 0.5, 1.0, 0.75),
        (Wanted(), 0.5, 1.0, 0.75),
    ],
)
def test_by_hand(wanted: Wanted, threshold: float, recall: float, precision: float) -> None:
    chosen = choose_thresholds(HAND, wanted)
    assert chosen.threshold_K.tolist() == pytest.approx([1 - threshold, threshold])
    at = replace(HAND, threshold_K=chosen.threshold_K)
    assert values(Recall(), at)["recall"] == pytest.approx(recall)
    assert values(Precision(), at)["precision"] == pytest.approx(precision)
    assert (
        f"The threshold of 'yes' is {threshold}, chosen on 6 validation rows (3 such) for {wanted.words}"
        in chosen.sentence
    )


@given(one_label(labels=2), SHARES)
def test_the_recall_that_is_wanted_is_reached_and_the_next_threshold_misses_it(
    answers: ClassAnswers, share: float
) -> None:
    at = applied(answers, Wanted(recall=share))
    if not answers.gold_NK[:, 1].any():
        assert at.threshold_K.tolist() == [0.5, 0.5]
        return
    assert values(Recall(), at)["recall"] >= share
    said = answers.probability_NK[:, 1][at.said_NK()[:, 1]]
    fewer = replace(answers, threshold_K=np.array([0.0, said.min() + 1e-9]))
    assert values(Recall(), fewer)["recall"] < share


@given(one_label(labels=2), SHARES)
def test_the_precision_that_is_wanted_is_reached_or_said_not_to_be(answers: ClassAnswers, share: float) -> None:
    chosen = choose_thresholds(answers, Wanted(precision=share))
    if answers.gold_NK[:, 1].any():
        reached = values(Precision(), replace(answers, threshold_K=chosen.threshold_K))["precision"] >= share
        assert reached is ("not reached" not in chosen.sentence)


@given(one_label(labels=2), st.lists(SHARES, min_size=2, max_size=2).map(sorted))
def test_who_wants_more_found_gets_no_higher_threshold(answers: ClassAnswers, shares: list[float]) -> None:
    by_recall = [choose_thresholds(answers, Wanted(recall=share)).threshold_K[1] for share in shares]
    by_cost = [choose_thresholds(answers, Wanted(cost_ratio=10 * share)).threshold_K[1] for share in shares]
    assert by_recall[0] >= by_recall[1]
    assert by_cost[0] >= by_cost[1]


@given(one_label(labels=2), st.sampled_from([0.2, 1.0, 5.0]))
def test_no_threshold_costs_less_and_none_has_a_higher_f1(answers: ClassAnswers, ratio: float) -> None:
    gold_N, second_N = answers.gold_NK[:, 1] > 0, answers.probability_NK[:, 1]
    if not gold_N.any():
        return

    def cost(said_N: np.ndarray) -> float:
        return float(ratio * (gold_N & ~said_N).sum() + (~gold_N & said_N).sum())

    every = [second_N >= threshold for threshold in [*second_N, 2.0]]
    cheapest, best = applied(answers, Wanted(cost_ratio=ratio)), applied(answers, Wanted())
    assert cost(cheapest.said_NK()[:, 1]) == pytest.approx(min(cost(said_N) for said_N in every))
    assert values(F1(), best)["f1"] == pytest.approx(max(f1_score(gold_N, said_N) for said_N in every))


def test_saying_nothing_can_be_the_cheapest() -> None:
    made = one_of(("no", "yes"), [1, 0, 0], [[0.5, 0.5], [0.0, 1.0], [0.2, 0.8]])
    assert not applied(made, Wanted(cost_ratio=0.1)).said_NK()[:, 1].any()


@given(several_labels(), SHARES)
def test_several_labels_have_a_threshold_each(answers: ClassAnswers, share: float) -> None:
    at = applied(answers, Wanted(recall=share))
    gold_NK, said_NK = answers.gold_NK > 0, at.said_NK()
    for label in range(4):
        if gold_NK[:, label].any():
            assert (gold_NK & said_NK)[:, label].sum() / gold_NK[:, label].sum() >= share
        else:
            assert at.threshold_K[label] == 0.5


def test_a_sentence_says_what_could_not_be_had() -> None:
    made = several_of([[1, 0, 0], [0, 1, 0]], [[0.9, 0.2, 0.1], [0.1, 0.1, 0.1]], ("a", "b", "c"))
    sentence = choose_thresholds(made, Wanted(precision=0.9)).sentence
    assert "not reached by 1 of the labels" in sentence
    assert "1 of the labels hold in no validation row" in sentence
    nothing = choose_thresholds(one_of(("no", "yes"), [0], [[0.5, 0.5]]), Wanted(recall=0.9))
    assert nothing.sentence.startswith("No threshold was chosen")


def test_one_thing_is_wanted_of_labels_that_have_thresholds() -> None:
    with pytest.raises(ValidationError, match="one of recall, precision and cost_ratio"):
        Wanted(recall=0.9, precision=0.9)
    with pytest.raises(AcclimateError, match="one of two labels"):
        choose_thresholds(one_of(("a", "b", "c"), [0], [[0.5, 0.3, 0.2]]), Wanted())
