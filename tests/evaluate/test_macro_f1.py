import pytest
from hypothesis import given
from sklearn.metrics import f1_score

from acclimate.core.answers import ClassAnswers
from acclimate.evaluate.change import Bootstrap, change, own_interval
from acclimate.evaluate.metrics.macro_f1 import MacroF1
from tests.evaluate.classes_made import by_key, gold_of, one_label, one_of, said_of, scores_of, values


@given(one_label())
def test_it_is_scikit_learns_over_labels_that_occur(answers: ClassAnswers) -> None:
    gold, said = gold_of(answers), said_of(answers)
    theirs = f1_score(gold, said, labels=sorted({*gold, *said} - {4}), average="macro", zero_division=0)
    assert values(MacroF1(), answers) == {"macro_f1": pytest.approx(theirs)}


@given(one_label(new=False))
def test_without_labels_never_seen_it_is_scikit_learns_as_it_comes(answers: ClassAnswers) -> None:
    theirs = f1_score(gold_of(answers), said_of(answers), average="macro")
    assert values(MacroF1(), answers) == {"macro_f1": pytest.approx(theirs)}


def test_it_has_an_interval_and_a_change() -> None:
    gold, better = [0, 1, 2] * 20, [[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]] * 20
    worse = [row if place % 7 else [0.1, 0.2, 0.7] for place, row in enumerate(better)]
    after, before = (by_key(MacroF1(), one_of(("a", "b", "c"), gold, said))["macro_f1"] for said in (better, worse))
    own, moved = own_interval(before, Bootstrap(resamples=300)), change(after, before, Bootstrap(resamples=300))
    assert (own.low or 0) < before.value < (own.high or 0)
    assert 0 < (moved.low or 0) < 1 - before.value == pytest.approx(moved.value)


def test_scores_have_none() -> None:
    assert not MacroF1().sums(scores_of([1.0], [1.0]))
