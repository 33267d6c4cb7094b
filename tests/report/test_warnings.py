"""Warnings stand gravest first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acclimate.core.proof import LeakFacts, LeakLine, Memorised, Proof
from acclimate.report.warnings import warnings
from tests.report.example import bare_proof, example_proof


def leaks(action: str, held: str = "test", rows: int = 3) -> LeakFacts:
    removed = rows if action == "remove" else 0
    return LeakFacts(action, 0.8, 0.5, 13, 30, 10, [LeakLine("adapt", held, 9, 0, 3, 3, rows, removed)])


def memorised(low: float, high: float | None) -> Memorised:
    return Memorised("text", "bits/byte", 1.0, 1.5, 3.0, 3.0, -0.5, low, high, 40, "It is known better.")


def overfitting(proof: Proof) -> Proof:
    losses = [(10, 2.0, 2.0), (20, 1.5, 1.8), (30, 1.0, 2.2)]
    return replace(proof, curve=[{"step": step, "loss": loss, "eval_loss": held} for step, loss, held in losses])


def test_what_makes_the_numbers_wrong_comes_first() -> None:
    proof = overfitting(
        replace(bare_proof(), caveats=["Made up."], leaks=leaks("report"), memorised=[memorised(-0.6, -0.4)])
    )
    broken = {**example_proof().ledger[0], "rows_out": 7}
    found = [one.replace("\u00a0", " ") for one in warnings(replace(proof, ledger=[broken]))]
    assert found == [
        "Rows were lost or made without an account of them: the figures of sources do not add up.",
        "3 training rows overlap the test text and were left in: some of the change may be recall.",
        "Made up.",
        "Training text is known better than held-out text (text): share the model as you would share the data.",
        "Validation loss rose after update 20: the model was trained for too long.",
    ]


@pytest.mark.parametrize(
    "facts,said",
    [
        (None, []),
        (leaks("remove"), []),
        (leaks("report", rows=0), []),
        (
            LeakFacts("remove", 0.8, 0.5, 13, 30, 10, [LeakLine("adapt", "test", 9, 0, 3, 3, 3, 0, "", "validation")]),
            [],
        ),
        (leaks("report", "general"), []),
        (replace(leaks("report"), lines=[replace(leaks("report").lines[0], looked_through="validation")]), []),
        (leaks("off"), ["Whether test rows also stand in the training text was not looked for (leaks: off)."]),
        (
            leaks("report", rows=1),
            ["1 training row overlaps the test text and was left in: some of the change may be recall."],
        ),
    ],
)
def test_leaks_that_were_left_in(facts: LeakFacts | None, said: list[str]) -> None:
    assert [one.replace("\u00a0", " ") for one in warnings(replace(bare_proof(), leaks=facts))] == said


def test_a_model_from_elsewhere_is_not_known_to_be_clean() -> None:
    proof = replace(bare_proof(), leaks=leaks("report"))
    (said,) = warnings(replace(proof, model=replace(proof.model, elsewhere=True)))
    assert said.endswith("not checked.")


@pytest.mark.parametrize("low,high", [(-0.6, 0.1), (-0.6, None), (0.1, 0.2)])
def test_what_may_be_chance_is_no_memorisation(low: float, high: float | None) -> None:
    assert warnings(replace(bare_proof(), memorised=[memorised(low, high)])) == []


def test_a_sound_run_has_those_of_its_recipe_alone() -> None:
    assert warnings(example_proof()) == example_proof().caveats
