"""The README's results are what the runs measured: nothing between a run's files and the tables is written by hand."""

import importlib.util
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from acclimate.report.write import write_reports
from tests.report.example import example_proof


@pytest.fixture
def results(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    spec = importlib.util.spec_from_file_location("results", root / "tools" / "results.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "KEPT", tmp_path / "kept")
    return module


def cells(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    assert all(len(row) == len(heads) for row in rows)
    return "\n".join(" | ".join(row) for row in rows)


def test_a_kept_run_is_a_line_of_the_table(results: Any, tmp_path: Path) -> None:
    write_reports(example_proof(), tmp_path / "run")
    kept = results.keep(tmp_path / "run")
    assert kept == tmp_path / "kept" / "hospital_demo.json"
    line = results.short(cells).replace("\u00a0", " ")
    assert line == (
        "[hospital_demo](recipes/hospital_demo.yaml) | 312 patients | 3.90 | 3.10 | 1.80 | 0.900 (the data's own) | "
        "−2.10 (−2.30 to −1.90) | −1.30 (−1.50 to −1.10) | +0.6 % | 31.4 → 9.20 | – | better"
    )


def test_every_score_its_interval_the_floors_and_terms_are_in_the_full_table(results: Any, tmp_path: Path) -> None:
    write_reports(example_proof(), tmp_path / "run")
    results.keep(tmp_path / "run")
    page = results.full(cells).replace("\u00a0", " ")
    assert "`acclimate run recipes/demo.yaml`" in page, "where the run lay is no part of the command"
    for part in (
        "test | Bits per byte | 3.90 | 3.10 | 1.80 | −2.10 (−2.30 to −1.90) | −1.30 (−1.50 to −1.10)",
        "test | Exactly restored | 11.8 % | – | 59.4 % | +47.6 points (+45.1 to +50.2) | –",
        "test | Exactly restored: floor, the row's last value of the field | – | – | 40.2 % | – | –",
        "terms | Bits per term | 31.4 | – | 9.20 | −22.2 (−24.0 to −20.1) | –",
        "learnt | spironolactone | description | 8 | 31.2 → 4.1",
        "- The adapted model needs 2.1 bits per byte less",
    ):
        assert part in page


def test_runs_stand_in_a_fixed_order_and_one_without_test_rows_is_no_fault(results: Any, tmp_path: Path) -> None:
    for name in ("zebra", "medquad_clm", "synthea_mlm"):
        write_reports(replace(example_proof(), name=name, scores=[]), tmp_path / name)
        results.keep(tmp_path / name)
    assert [run["name"] for run in results.runs()] == ["synthea_mlm", "medquad_clm", "zebra"]
    assert results.short(cells).count("– | – | – | –") >= 3
