from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from acclimate.core.proof import Proof
from acclimate.report.curve import (
    FALLING,
    OVERFITS,
    SETTLED,
    UNSTEADY,
    curve_sentence,
    fit,
    fit_sentence,
    loss_series,
    rate_series,
    speed_series,
)
from tests.report.example import bare_proof, example_proof


def course(*points: dict[str, Any]) -> Proof:
    return replace(bare_proof(), curve=list(points))


def test_each_line_has_the_points_that_were_logged() -> None:
    training, validation = loss_series(example_proof())
    assert (len(training.xs), len(validation.xs)) == (150, 6)
    assert validation.marked
    assert not training.marked
    assert validation.xs[0] == 25
    assert len(rate_series(example_proof())[0].xs) == len(speed_series(example_proof())[0].xs) == 150


def test_nothing_was_logged() -> None:
    assert loss_series(bare_proof()) == rate_series(bare_proof()) == speed_series(bare_proof()) == []
    assert curve_sentence(bare_proof()) == ""


def test_the_course_in_a_sentence() -> None:
    proof = course(
        {"step": 1, "loss": 6.1},
        {"step": 1, "eval_loss": 5.0},
        {"step": 2, "eval_loss": 2.0},
        {"step": 3, "loss": 2.0, "eval_loss": 2.5},
    )
    assert curve_sentence(proof) == (
        "Training loss fell from 6.10 to 2.00; validation loss fell from 5.00 to 2.50; "
        "it was lowest (2.00) at update 2."
    )


def test_rising_staying_and_a_single_point() -> None:
    assert curve_sentence(course({"step": 1, "loss": 1.0}, {"step": 2, "loss": 9.0})).startswith("Training loss rose")
    assert curve_sentence(course({"step": 1, "loss": 1.0}, {"step": 2, "loss": 1.0})) == "Training loss stayed at 1.00."
    assert curve_sentence(course({"step": 1, "loss": 1.0})) == ""
    assert curve_sentence(course({"step": 7, "eval_loss": 1.5})) == "Validation loss was 1.50 at update 7."


def test_what_is_no_number_is_said_however_it_was_written() -> None:
    for written in (math.nan, math.inf, None, "nan"):
        proof = course({"step": 1, "loss": 6.0}, {"step": 2, "loss": 5.0}, {"step": 1300, "loss": written})
        said = "Training loss fell from 6.00 to 5.00; training loss was not a finite number at update 1,300."
        assert curve_sentence(proof) == said
    assert curve_sentence(course({"step": 1, "eval_loss": math.nan})).startswith("Validation loss was not")


def losses(training: list[float], validation: list[float]) -> Proof:
    both = zip(training, validation, strict=True)
    return course(
        *({"step": 10 * place, "loss": one, "eval_loss": other} for place, (one, other) in enumerate(both, 1))
    )


@pytest.mark.parametrize(
    "training,validation,kind,step,amount",
    [
        ([3, 2, 1], [3, 2.5, 2.4], FALLING, 30, 0.1),
        ([3, 2, 1], [3, 2.5, 2.476], SETTLED, 30, 0),  # 1 % of the lowest is 0.02476
        ([3, 2, 1], [3, 2.5, 2.52], SETTLED, 20, 0),
        ([3, 2, 1], [3, 2.5, 2.6], OVERFITS, 20, 0.1),
        ([3, 2, 1], [2, 2.5, 3], OVERFITS, 10, 1),
        ([3, 2, 2.5], [3, 2.5, 2.6], UNSTEADY, 20, 0.1),
        ([3, 2, 1, 1], [3, 2, 2.5, 1.9], FALLING, 40, 0.6),
        ([3, 2, 1], [2, 2, 2], SETTLED, 10, 0),
    ],
)
def test_over_and_underfitting_by_the_rule(
    training: list[float], validation: list[float], kind: str, step: int, amount: float
) -> None:
    found = fit(losses(training, validation))
    assert (found.kind, found.step) == (kind, step)
    assert found.amount == pytest.approx(amount)
    assert fit_sentence(losses(training, validation))


def test_too_little_says_nothing() -> None:
    two = losses([3, 2], [3, 4])
    alone = course(*({"step": step, "eval_loss": loss} for step, loss in ((10, 2.0), (20, 1.0), (30, 1.5))))
    for proof in (two, alone, course({"step": 1, "loss": 2.0})):
        assert fit(proof).kind == ""
        assert "can't be told" in fit_sentence(proof)
    broken = losses([3, 2, math.nan], [3, 2.5, 2.6])
    assert fit(broken).kind == ""
    assert fit_sentence(bare_proof()) == ""


def test_training_loss_is_averaged_between_validations() -> None:
    points = [
        {"step": step, "loss": loss} for step, loss in ((5, 4.0), (10, 2.0), (15, 2.5), (20, 2.2), (25, 2.9), (30, 1.6))
    ]
    held = [{"step": step, "eval_loss": loss} for step, loss in ((10, 3.0), (20, 2.0), (30, 2.5))]
    assert fit(course(*points, *held)).kind == OVERFITS  # 2.25 against 2.35
    points[-1]["loss"] = 2.0
    assert fit(course(*points, *held)).kind == UNSTEADY  # 2.45 against 2.35


def test_overfitting_says_whether_the_best_state_was_kept() -> None:
    proof = losses([3, 2, 1], [3, 2.5, 2.6])
    assert fit_sentence(proof) == (
        "Overfits from update 20 on: validation loss rose by 0.100 from its lowest while training loss went on falling; "
        "fewer updates, or load_best_model_at_end: true, would keep the better model."
    )
    kept = replace(proof, recipe="phases: [{train: {load_best_model_at_end: true}}]")
    assert fit_sentence(kept).endswith("the state with the lowest one was kept (load_best_model_at_end).")
