"""sampler: balanced in a whole run: what is seen, and that a run that was stopped ends in the same bytes."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from acclimate.core.errors import Interrupted
from acclimate.core.events import Event
from acclimate.pipeline.run import run
from tests.pipeline import tiny
from tests.pipeline.test_predict import labelled


def recipe(encoder: Path, place: Path, out: str) -> dict[str, Any]:
    rows = labelled()
    uneven = [row for number, row in enumerate(rows) if row["label"] == "drug" or number % 4 == 0]
    made = tiny.recipe(encoder, tiny.write_rows(place / "rows.jsonl", uneven), place / out,
                       objective={"name": "classify", "sampler": "balanced"})  # fmt: skip
    made["train"] |= {"max_steps": 6, "save_steps": 2}
    return {**made, "evaluate": {"retention": None, "terms": None, "resamples": 100}}


def test_stopped_and_gone_on_it_ends_in_the_same_bytes(encoder: Path, tmp_path: Path) -> None:
    whole = run(recipe(encoder, tmp_path, "whole"))
    told: list[str] = []

    def stop(event: Event) -> None:
        told.append(event.text)
        if event.kind == "progress" and event.data.get("step") == 3 and "goes on" not in told:
            told.append("goes on")
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(Interrupted):
        run(recipe(encoder, tmp_path, "stopped"), tell=stop)
    stopped = run(recipe(encoder, tmp_path, "stopped"), tell=stop)
    weights = [(done.folder / "model" / "model.safetensors").read_bytes() for done in (whole, stopped)]
    assert weights[0] == weights[1]
    assert any("each is seen equally often" in note for note in whole_notes(whole.folder))


def whole_notes(folder: Path) -> list[str]:
    return (folder / "report.md").read_text(encoding="utf-8").splitlines()
