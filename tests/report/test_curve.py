from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from acclimate.core.proof import Proof
from acclimate.report.curve import curve_sentence, loss_series, rate_series, speed_series
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


def test_what_is_no_number_is_said_however_it_was_written() -> None:
    for written in (math.nan, math.inf, None, "nan"):
        proof = course({"step": 1, "loss": 6.0}, {"step": 2, "loss": 5.0}, {"step": 1300, "loss": written})
        said = "Training loss fell from 6.00 to 5.00; training loss was not a finite number at update 1,300."
        assert curve_sentence(proof) == said
    assert curve_sentence(course({"step": 1, "eval_loss": math.nan})).startswith("Validation loss was not")
