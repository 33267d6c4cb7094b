from __future__ import annotations

from dataclasses import replace

import pytest

from acclimate.core.scores import Score, Verdict
from acclimate.report.score_table import comparisons, headline, judged_phase, label_of, score_rows
from tests.report.example import bare_proof, example_proof


def one(when: str, value: float, low: float | None = None, high: float | None = None, better: str = "lower") -> Score:
    against = "base" if when == "change" else None
    return Score("adapt", when, "test", "loss", value, "nats", better, 10, low, high, against)


def of(*scores: Score, verdict: str = "better", primary: str = "other"):  # type: ignore[no-untyped-def]
    return replace(bare_proof(), scores=list(scores), verdict=Verdict(verdict, primary, ""))


def test_base_adapted_and_change_side_by_side() -> None:
    first, second, *_ = score_rows(example_proof(), "test")
    assert (first.name, first.primary) == ("bits_per_byte", True)
    assert (first.base, first.adapted, first.change, first.interval) == ("3.90", "1.80", "−2.10", "−2.30 to −1.90")
    assert first.relative == "−53.8\u00a0%"
    assert first.direction == "↓ lower is better"
    assert (second.base, second.adapted) == ("11.8\u00a0%", "59.4\u00a0%")
    assert (second.change, second.interval, second.relative) == ("+47.6\u00a0points", "+45.1 to +50.2", "")
    assert second.unit == "of hidden values"


def test_decimals_suffice_to_see_the_change() -> None:
    row = score_rows(example_proof(), "general")[0]
    assert (row.base, row.adapted, row.change) == ("2.412", "2.426", "+0.0145")
    assert not row.outcome  # general text is judged by the retention sentence


def test_the_primary_score_stands_first_wherever_it_was_measured() -> None:
    proof = example_proof()
    turned = replace(proof, scores=list(reversed(proof.scores)))
    assert score_rows(turned, "test")[0].primary


@pytest.mark.parametrize(
    "low,high,better,outcome",
    [(-2, -1, "lower", "better"), (1, 2, "lower", "worse"), (-1, 1, "lower", "unclear"), (1, 2, "higher", "better")],
)
def test_outcomes_go_by_the_interval(low: float, high: float, better: str, outcome: str) -> None:
    (row,) = score_rows(of(one("change", (low + high) / 2, low, high, better)), "test")
    assert row.outcome == outcome
    assert row.bar is not None
    assert row.bar.low is not None
    assert row.bar.high is not None
    assert row.bar.low <= row.bar.value <= row.bar.high
    assert (row.bar.value > 0) == (outcome == "better")  # better is drawn to the right


def test_the_primary_row_agrees_with_the_verdict() -> None:
    change = one("change", -0.01, -0.02, -0.001)
    (row,) = score_rows(of(change, verdict="no difference shown", primary="loss"), "test")
    assert row.outcome == "unclear"  # below min_effect, although the interval lies on the good side


def test_one_scale_a_score_on_all_data() -> None:
    proof = example_proof()
    domain, general = (score_rows(proof, data)[0].bar for data in ("test", "general"))
    assert domain is not None
    assert general is not None
    assert domain.reach == general.reach == 2.3


def test_no_interval_and_nothing_before() -> None:
    (row,) = score_rows(of(one("after", 2.0), one("change", -1.0)), "test")
    assert (row.base, row.adapted, row.interval, row.outcome) == ("", "2.0" + "0", "", "")
    (row,) = score_rows(of(one("after", 2.0)), "test")
    assert (row.change, row.bar) == ("", None)


def test_what_is_no_number_is_not_drawn() -> None:
    (row,) = score_rows(of(one("before", 1.0), one("after", float("nan")), one("change", float("nan"))), "test")
    assert row.bar is None
    assert row.adapted == "not a finite number"


def test_a_headline_only_where_something_could_be_measured() -> None:
    proof = example_proof()
    assert headline(proof) is not None
    assert headline(replace(proof, verdict=replace(proof.verdict, verdict="not measurable"))) is None
    assert headline(bare_proof()) is None


def test_the_judged_phase_is_the_primary_change_s() -> None:
    task = replace(one("change", -1.0), phase="task", primary=True)
    proof = of(one("after", 1.0), task, replace(one("after", 1.0), phase="later"))
    assert judged_phase(proof) == "task"
    assert judged_phase(of(one("after", 1.0))) == "adapt"
    assert judged_phase(bare_proof()) == ""


def test_a_change_against_the_control_is_not_the_headline() -> None:
    control = replace(one("change", -0.1), against="control")
    (row,) = score_rows(of(one("before", 3.0), control, one("change", -1.0)), "test")
    assert row.change == "−1.00"


def test_floors_without_a_model_are_told() -> None:
    assert comparisons(example_proof()) == [
        "Exactly restored, without a neural network: 40.2\u00a0% (the row's last value of the field), "
        "21.3\u00a0% (the field's most frequent value)."
    ]
    told = comparisons(replace(example_proof(), floor_share=None))
    assert told[0] == "Bits per byte, without a neural network: 0.900 (bits/byte of hidden values)."


def test_control_and_floors_stand_in_the_row() -> None:
    control = replace(one("control", 2.5), when="control")
    beyond = replace(one("change", -0.5, -0.75, -0.25), against="control")
    floors = [replace(one("floor", 1.5), unit="nats that are needed by xz"), one("floor", 0.25)]
    (row,) = score_rows(
        of(one("before", 3.0), one("after", 2.0), control, beyond, one("change", -1.0), *floors), "test"
    )
    assert (row.base, row.control, row.adapted, row.change) == ("3.00", "2.50", "2.00", "−1.00")
    assert row.beyond_control == "−0.500 (−0.750 to −0.250)"
    assert row.floors == (("1.50", "needed by xz"), ("0.250", "nats"))
    assert score_rows(replace(of(one("after", 2.0), one("floor", 0.25)), floor_share=0.5), "test")[0].floors == (
        ("0.250", "the best possible"),
    )


@pytest.mark.parametrize(
    "name,label",
    [
        ("entity_f1", "Entity F1"),
        ("roc_auc", "ROC AUC"),
        ("rougeL", "ROUGE-L"),
        ("chrf", "chrF"),
        ("specificity", "Specificity"),
        ("some_score_nobody_knows", "Some score nobody knows"),
    ],
)
def test_every_score_has_a_name(name: str, label: str) -> None:
    assert label_of(name) == label
