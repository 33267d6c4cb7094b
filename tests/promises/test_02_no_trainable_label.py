"""A row in which nothing can be learnt is an error that names it; a loss that is no number is never logged as success."""

import json
from pathlib import Path
from typing import Any

import pytest

from acclimate.core.errors import UserError
from acclimate.core.events import Event
from acclimate.pipeline.check import check
from acclimate.pipeline.run import run
from tests.pipeline import tiny

UNLEARNABLE = {"mlm": "  ", "clm": ""}


def data(place: Path, objective: str, bad: int, **changes: Any) -> dict[str, Any]:
    rows = tiny.texts(40)
    for number in range(bad):
        rows[7 * number + 6] = {"text": UNLEARNABLE[objective], "source": "x"}
    model = tiny.encoder(place / "model") if objective == "mlm" else tiny.decoder(place / "model")
    return tiny.recipe(
        model, tiny.write_rows(place / "x.jsonl", rows), place / "out", objective=objective, prepare=[], **changes
    )


@pytest.mark.parametrize("objective", UNLEARNABLE)
def test_the_row_is_named_by_source_and_number(objective: str, tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        check(data(tmp_path, objective, 2))
    fault = caught.value.faults[0]
    assert fault.found == "nothing can be learnt in 2 rows: x.jsonl:7, x.jsonl:14"
    assert "tokens.unlabelled: drop" in fault.do


def test_where_they_may_be_dropped_they_are_counted_and_held_against_the_limit(tmp_path: Path) -> None:
    made = data(tmp_path, "mlm", 2, tokens={"max_length": 32, "unlabelled": "drop"})
    entry = check(made).ledger.entries[-1]
    assert (entry["step"], entry["rows_in"], entry["dropped"]) == ("tokens", 40, {"no label": 2})
    with pytest.raises(UserError, match=r"2 of 40 rows would be dropped \(no label: 2\)"):
        check({**made, "max_dropped": 0.01})


def test_a_loss_that_is_no_number_stays_in_the_log_and_ends_the_training(tmp_path: Path) -> None:
    told: list[Event] = []
    train = {
        "max_steps": 20,
        "learning_rate": 1e30,
        "warmup_steps": 0,
        "max_grad_norm": 0,
        "logging_steps": 1,
        "bf16": False,
    }
    done = run(data(tmp_path, "mlm", 0, train=train), tell=told.append)
    state = json.loads((done.folder / "trainer_state.json").read_text(encoding="utf-8"))
    assert state["log_history"][-1]["loss"] in ("nan", "inf")
    assert state["global_step"] < 20
    assert [event for event in told if event.kind == "warning" and "training stops" in event.text]
    assert all(line["loss"] for line in state["log_history"] if "loss" in line), "no loss of exactly 0"
