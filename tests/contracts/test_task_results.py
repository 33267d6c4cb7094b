"""The README's table of tasks shows what `python -m benchmarks.tasks` wrote: means over seeds, each seed, the best floor."""

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

F1 = {"phase": "tag", "data": "test", "name": "entity_f1", "unit": "share", "better": "higher", "n": 940}


def line(when: str, value: float, **more: Any) -> dict[str, Any]:
    return {**F1, "when": when, "value": value, "low": value - 0.02, "high": value + 0.02, **more}


def cells(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    assert all(len(row) == len(heads) for row in rows)
    return "\n".join(" | ".join(row) for row in rows).replace("\u00a0", " ")


def test_a_line_a_benchmark(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(root / "tools"))
    task_results = importlib.import_module("task_results")
    monkeypatch.setattr(task_results, "KEPT", tmp_path)
    floor = line("floor", 0.5, unit="share of entities that are found by a list of words")
    alone = [line("after", 0.82), line("after", 0.81, seed=1), line("after", 0.83, seed=2), floor]
    change = line("change", 0.01, against="base", low=-0.01, high=0.03)
    chain = [line("before", 0.82), line("after", 0.83), line("control", 0.81), change]
    for name, scores in (("alone", alone), ("chain", chain)):
        about = {"name": name, "primary": "entity_f1", "test": "12 abstracts, 940 sentences", "scores": scores}
        (tmp_path / f"{name}.json").write_text(json.dumps(about), encoding="utf-8")
    first, second = task_results.task_table(cells).splitlines()
    assert first.startswith("[alone](benchmarks/recipes/alone.yaml) | Entity F1 | 940 sentences | ")
    assert "82.0 % (80.0 to 84.0); seeds: 81.0 %, 83.0 % | – | – | – | –" in first
    assert "50.0 %" in first
    assert "82.0 % (80.0 to 84.0) | 81.0 % (79.0 to 83.0) | 83.0 % (81.0 to 85.0) | +1.0 points" in second
