"""No row disappears unaccounted: kept, dropped, removed, merged and added rows add up at every step, and past `max_dropped` the run stops."""

import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from acclimate.core.errors import UserError
from acclimate.core.ledger import Ledger
from acclimate.pipeline.check import check
from acclimate.pipeline.prepare import make_rows, role_counts
from acclimate.pipeline.recipe import read_recipe
from tests.pipeline import tiny

TAGGED = {
    "name": "tagged",
    "group_by": "patient",
    "order_by": "day",
    "body": {"tag": "visits", "each": {"tag": "event", "fields": ["code", "text"]}},
}
SPLIT = {"name": "split", "group_by": "patient", "validation": 0.2, "test": 0.3}
PREPARE: dict[str, list[Any]] = {
    "text": ["clean", {"name": "deduplicate", "columns": ["patient", "text"]}, SPLIT],
    "records": [TAGGED, "deduplicate", SPLIT],
    "joined": [{"name": "sql", "query": "select * from visits join patients using (patient)"}, "clean", SPLIT],
}


def messy(place: Path, seed: int) -> Path:
    """Rows as people have them: copies, empty texts, ragged lines, days missing."""
    draw = random.Random(seed)
    lines = ["patient,day,code,text"]
    for _ in range(150):
        text = draw.choice(["the dose", "an ulcer", "", "  ", "the stent was placed"])
        day = draw.choice(["2023-01-02", "2023-01-03", ""])
        lines.append(draw.choice([f"p{draw.randrange(25)},{day},c{draw.randrange(3)},{text}"] * 9 + ["p1,2023-01-02"]))
    path = place / "visits.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (place / "patients.csv").write_text(
        "patient,sex\n" + "".join(f"p{number},F\n" for number in range(20)), encoding="utf-8"
    )
    return path


def recipe(place: Path, kind: str, seed: int) -> dict[str, Any]:
    source = {"name": "csv", "path": str(messy(place, seed)), "bad_lines": "drop"}
    tables = {"visits": source, "patients": str(place / "patients.csv")}
    return {"model": "unused", "sources": {"train": tables if kind == "joined" else source}, "prepare": PREPARE[kind], "objective": "mlm",
            "max_dropped": 1.0, "seed": seed}  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", PREPARE)
def test_each_step_takes_what_the_one_before_gave(kind: str, seed: int, tmp_path: Path) -> None:
    parsed, _ = read_recipe(recipe(tmp_path, kind, seed))
    ledger = Ledger()
    rows = make_rows(parsed, parsed.phases[0], 0, ledger)
    read = [entry for entry in ledger.entries if entry["step"] == "sources"]
    assert read[0]["rows_in"] == 150
    assert read[0]["dropped"]["wrong number of fields"] > 0
    steps = ledger.entries[len(read) :]
    assert steps[0]["rows_in"] == sum(entry["rows_out"] for entry in read)
    for before, after in pairwise(steps):
        assert after["rows_in"] == before["rows_out"]
    assert steps[-1]["rows_out"] == rows.num_rows == sum(role_counts(rows).values())
    for entry in ledger.entries:
        lost = sum(entry["dropped"].values()) + sum(entry["removed"].values())
        assert entry["rows_in"] - lost - entry["merged"] + entry["added"] == entry["rows_out"]
        assert all(count > 0 for count in [*entry["dropped"].values(), *entry["removed"].values()])


def test_the_ledger_goes_on_to_the_last_window(tmp_path: Path) -> None:
    model = tiny.encoder(tmp_path / "model")
    long = [{"text": " ".join(["the patient was seen"] * (1 + number % 9))} for number in range(30)]
    data = tiny.recipe(
        model, tiny.write_rows(tmp_path / "x.jsonl", long), tmp_path / "out", tokens={"max_length": 16}, prepare=[]
    )
    found = check(data)
    entry = found.ledger.entries[-1]
    assert (entry["step"], entry["rows_in"], entry["rows_out"]) == ("tokens", 30, found.phases[0].windows)
    assert entry["added"] == entry["rows_out"] - 30 > 0


@pytest.mark.parametrize("limit, stops", [(0.05, True), (0.5, False)])
def test_past_max_dropped_the_run_stops_with_the_reasons(limit: float, stops: bool, tmp_path: Path) -> None:
    parsed, _ = read_recipe({**recipe(tmp_path, "text", 0), "max_dropped": limit})
    if not stops:
        make_rows(parsed, parsed.phases[0], 0, Ledger())
        return
    with pytest.raises(UserError) as caught:
        make_rows(parsed, parsed.phases[0], 0, Ledger())
    fault = caught.value.faults[0]
    assert "rows would be dropped (wrong number of fields: " in fault.found
    assert fault.allowed == "at most 5% (max_dropped)"
