import dataclasses

import numpy as np
import pytest

from acclimate.core.scores import GroupSums, Verdict
from acclimate.evaluate.section import Evaluate
from acclimate.evaluate.verdict import judge, judge_seeds, noun, number, without_base
from tests.evaluate.arms import sums

SETTINGS = Evaluate(resamples=500)


def arms(shift: float, groups: int = 63, name: str = "bits_per_byte", better: str = "lower", noise: float = 0.1):
    """A score of about 1.2, and one that is `shift` above it, with noise by group."""
    random = np.random.Generator(np.random.PCG64(1))
    below = random.integers(50, 200, groups).astype(np.float64)
    level = 1.2 + 0.2 * random.standard_normal(groups)
    drawn = random.standard_normal(groups)
    drawn -= (drawn * below).sum() / below.sum()
    after = sums(below * (level + shift + noise * drawn), below, name, better)
    return [sums(below * level, below, name, better)], [after]


def judged(shift: float, settings: Evaluate = SETTINGS, **how: object) -> Verdict:
    before, after = arms(shift, **how)
    return judge(before, after, settings, "patients")


def test_better_says_how_much_on_how_many_and_how_sure() -> None:
    found = judged(-0.412)
    assert (found.verdict, found.primary) == ("better", "bits_per_byte")
    start = "The adapted model needs 0.412 bits per byte less than the base on 63 unseen patients (95 % interval 0.3"
    assert found.sentence.startswith(start)
    assert found.sentence.endswith("): better.")


def test_worse_is_said_as_plainly() -> None:
    found = judged(0.2)
    assert found.verdict == "worse"
    assert found.sentence.startswith(
        "The adapted model needs 0.2 bits per byte more than the base on 63 unseen patients"
    )


def test_an_interval_over_zero_shows_no_difference() -> None:
    found = judged(-0.005)
    assert found.verdict == "no difference shown"
    assert " less to " in found.sentence
    assert found.sentence.endswith("more): no difference shown.")


def test_a_sure_but_tiny_change_is_no_difference_and_says_why() -> None:
    found = judged(-0.01, noise=0.001)
    assert found.verdict == "no difference shown"
    assert "below 1 % of the base's score (min_effect)" in found.sentence
    assert judged(-0.01, Evaluate(resamples=500, min_effect=0.005), noise=0.001).verdict == "better"
    assert judged(0.01, noise=0.001).verdict == "worse"


def test_higher_can_be_better() -> None:
    for shift, verdict in ((0.3, "better"), (-0.3, "worse"), (0.0, "no difference shown")):
        settings = Evaluate(primary="masked_accuracy", resamples=500)
        assert judged(shift, settings, name="masked_accuracy", better="higher").verdict == verdict
    found = judged(0.3, settings, name="masked_accuracy", better="higher")
    assert found.sentence.startswith(
        "Of every 100 hidden pieces the adapted model restores 30 more than the base on 63"
    )


def test_equal_arms_are_no_difference() -> None:
    before, _ = arms(0.0)
    found = judge(before, before, SETTINGS, "patients")
    assert found.verdict == "no difference shown"
    assert found.sentence == (
        "The adapted model's bits per byte equals the base's on 63 unseen patients (95 % interval 0 to 0): "
        "no difference shown."
    )


def test_another_score_is_named_as_it_is() -> None:
    found = judged(-0.3, Evaluate(primary="perplexity", resamples=500), name="perplexity")
    assert found.sentence.startswith(
        "The adapted model's perplexity is 0.3 lower than the base's on 63 unseen patients"
    )


@pytest.mark.parametrize(
    "before, refused, groups, reason",
    [
        (True, "", 19, "too few patients to say (19 patients; an interval needs at least 20)"),
        (False, "", 63, "the base has no trained head"),
        (True, "the tokenizer of `before` has no token for 3 %", 63, "has no token for 3 %"),
    ],
)
def test_what_can_not_be_measured_says_why(before: bool, refused: str, groups: int, reason: str) -> None:
    base, after = arms(-0.4, groups)
    found = judge(base if before else None, after, SETTINGS, "patients", refused)
    assert found.verdict == "not measurable"
    assert reason in found.sentence


def test_no_scores_at_all_are_not_measurable() -> None:
    assert judge([], [], SETTINGS, "patients").verdict == "not measurable"


def test_a_primary_score_without_a_value_is_not_measurable_and_says_of_whom() -> None:
    before, after = arms(-0.4)
    nothing = [dataclasses.replace(after[0], denominator_G=np.zeros(63))]
    verdicts = [judge(before, nothing, SETTINGS, "patients"), judge([], after, SETTINGS, "patients"),
                without_base(nothing, SETTINGS, "patients"),
                judge_seeds([before] * 3, [after, nothing, []], SETTINGS, "patients")]  # fmt: skip
    assert {one.verdict for one in verdicts} == {"not measurable"}
    said = "Whether the adapted model is better is not measurable: bits per byte has no value for {}, as what it divides by did not occur."
    who = ("the adapted model", "the base", "the model", "the adapted model from 2 of 3 seeds")
    assert [one.sentence for one in verdicts] == [said.format(one) for one in who]


def test_the_verdict_never_compares_two_intervals() -> None:
    """Arms whose own intervals overlap widely, but whose paired change is clear."""
    before, after = arms(-0.03, noise=0.01)
    spread: GroupSums = dataclasses.replace(before[0])
    assert spread.value > 0
    assert judge(before, after, SETTINGS, "patients").verdict == "better"


@pytest.mark.parametrize(
    "column, name",
    [("patient_id", "patients"), ("url", "urls"), ("source", "sources"), ("history", "histories"), (None, "documents"),
     ("Patient-ID", "patients"), ("id", "groups"), ("patients", "patients"), ("case_number", "cases")],
)  # fmt: skip
def test_groups_are_called_after_their_column(column: str | None, name: str) -> None:
    assert noun(column) == name


@pytest.mark.parametrize(
    "value, text", [(0.4123, "0.412"), (12.34, "12.3"), (1234.5, "1234"), (0.0, "0"), (0.00123, "0.00123"), (1e-9, "less than 0.0001")]
)  # fmt: skip
def test_numbers_have_three_digits_and_no_powers_of_ten(value: float, text: str) -> None:
    assert number(value) == text


def test_a_score_without_base_is_spelt_and_says_how_many_groups_count() -> None:
    names = tuple(f"p{number}" for number in range(30))
    right_G, below_G = np.where(np.arange(30) < 24, 8.0, 0.0), np.where(np.arange(30) < 24, 10.0, 0.0)
    score = GroupSums("entity_f1", "harmonic mean", "higher", names, right_G, below_G, 24)
    sentence = without_base([score], Evaluate(primary="entity_f1"), "patients").sentence
    assert "The model's entity F1 is 0.8 (95 % interval" in sentence
    assert "on 30 unseen patients, of which 24 count; the base was not trained for this task" in sentence
