import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from acclimate.cli import demo
from acclimate.cli.display import Display
from acclimate.core.events import Event

Command = Callable[..., Any]


def test_a_run_ends_with_the_verdict_and_the_reports_path(acclimate: Command, recipe: str, tmp_path: Path) -> None:
    said = acclimate("run", recipe, "train.max_steps=2", "lr=1e-3")
    assert said.code == 0
    assert said.out.rstrip().splitlines()[-1] == f"report: {tmp_path / 'out' / 'report.html'}"
    assert "bits per byte" in said.out
    assert "lr is understood as train.learning_rate" in said.err
    assert "update 2  loss" in said.err
    again = acclimate("run", recipe, "train.max_steps=2", "lr=1e-3")
    assert (again.code, again.out) == (0, said.out)
    assert "update" not in again.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_exits_3_and_says_the_line_that_goes_on(
    number: int, acclimate: Command, recipe: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    show = Display.__call__

    def stop(display: Display, event: Event) -> None:
        show(display, event)
        if event.kind == "progress" and event.data.get("step") == 2:
            os.kill(os.getpid(), number)

    monkeypatch.setattr("sys.argv", ["/usr/bin/acclimate", "run", recipe])
    with monkeypatch.context() as patch:
        patch.setattr(Display, "__call__", stop)
        said = acclimate("run", recipe)
    assert said.code == 3
    assert "stopped; everything up to update 2 of 4 is saved" in said.err
    assert f"do: acclimate run {recipe}" in said.err
    again = acclimate("run", recipe)
    assert again.code == 0
    assert "going on from checkpoint-2" in again.err


def test_the_demos_recipe_is_found_and_may_be_overridden(acclimate: Command, encoder: Path, tmp_path: Path) -> None:
    assert demo._recipe().is_file()
    said = acclimate("demo", f"model.path={encoder}", f"output_dir={tmp_path / 'demo'}", "train.max_steps=zebra")
    assert said.code == 2
    assert "phases.0.train.max_steps: found 'zebra'" in said.err
