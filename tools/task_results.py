"""Makes the README's table of tasks from benchmarks/results/tasks, which `python -m benchmarks.tasks` writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from results import BLANK, best_floor, change, score, scores, value

from acclimate.report.score_table import interval_text, label_of

KEPT = Path(__file__).resolve().parents[1] / "benchmarks" / "results" / "tasks"
HEADS = ("benchmark", "score", "test set", "best floor", "the task alone", "after the control's text", "adapted first",
         "change (95 % interval)", "against the control")  # fmt: skip


def task_table(table: Any) -> str:
    """Give the table: a line a benchmark. Takes: `table`, which makes Markdown of heads and rows."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(KEPT.glob("*.json"))]
    return str(table(HEADS, [_line(one) for one in found]))


def _line(run: Any) -> tuple[str, ...]:
    name = run["primary"]
    arms = [_arm(run, when, name) for when in ("before", "control", "after")]
    if arms[0] == BLANK:  # a task alone: what is trained is all there is
        arms = [arms[2], BLANK, BLANK]
    return (
        f"[{run['name']}](benchmarks/recipes/{run['name']}.yaml)",
        label_of(name),
        run["test"].rpartition(", ")[2],
        best_floor(run, name),
        *arms,
        change(score(run, "change", "test", name, "base")),
        change(score(run, "change", "test", name, "control")),
    )


def _arm(run: Any, when: str, name: str) -> str:
    """Write the mean over seeds with its interval, and what each seed gave."""
    found = scores(run, when, "test", name)
    if not found:
        return BLANK
    mean = next(one for one in found if one.seed is None)
    each = ", ".join(value(one) for one in found if one.seed is not None)
    return f"{value(mean)} ({interval_text(mean)}){f'; seeds: {each}' if each else ''}"
