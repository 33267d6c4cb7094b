"""`acclimate advise`: tables, recommendation, reasons, and the page's path last."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def test_it_says_what_to_do_and_where_the_page_is(
    acclimate: Callable[..., Any], encoder: Path, rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = acclimate("advise", str(rows), "--model", str(encoder), "--rows", "20")
    assert said.code == 0, said.err
    *_, last = said.out.strip().splitlines()
    assert last == "advice: advise/rows/advise.html"
    assert "recommended: " in said.out
    for shown in ("Tokens a word", "Bits per byte", "adapt first", "memory"):
        assert shown in said.out
    assert sorted(path.name for path in (tmp_path / "advise/rows").iterdir()) == ["advise.html", "advise.json"]
    assert [path.name for path in tmp_path.iterdir()] == ["advise"]


def test_a_mistake_is_a_message(acclimate: Callable[..., Any], encoder: Path, rows: Path, tmp_path: Path) -> None:
    said = acclimate("advise", str(rows), "--model", str(encoder), "--task", "mlmm", "--to", str(tmp_path / "out"))
    assert said.code == 2
    assert "did you mean mlm" in said.err
    assert "Traceback" not in said.err
    assert not (tmp_path / "out").exists()
