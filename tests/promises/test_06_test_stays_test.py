"""A test group stays a test group in every phase and later run, by seed and name alone; training rows that overlap held-out text go, and are counted."""

import json
from pathlib import Path

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from acclimate.core.events import silent
from acclimate.core.ledger import Ledger
from acclimate.core.rows import ROLE, ROW_ID
from acclimate.core.seeds import share
from acclimate.pipeline.leaks import look, settled
from acclimate.pipeline.prepare import make_rows
from acclimate.pipeline.recipe import read_recipe
from acclimate.prepare.split import Split

SPLIT = Split(group_by=("patient",), validation=0.2, test=0.3)


def roles(patients: list[str], seed: int) -> dict[str, str]:
    ids = [f"visits.csv:{number}" for number in range(len(patients))]
    rows = pa.table({"patient": patients, "text": patients, ROW_ID: ids, ROLE: ["train"] * len(patients)})
    done, _ = SPLIT.apply(rows, "prepare", seed)
    return dict(zip(done.column("patient").to_pylist(), done.column(ROLE).to_pylist(), strict=True))


@given(st.sets(st.integers(0, 10_000), max_size=30), st.integers(0, 3))
def test_new_patients_move_no_old_one(more: set[int], seed: int) -> None:
    old = [f"p{number}" for number in range(40)]
    before = roles(old, seed)
    after = roles([*(f"new{number}" for number in sorted(more)), *reversed(old)], seed)
    assert {patient: after[patient] for patient in old} == before


def test_the_role_is_the_published_hash() -> None:
    found = roles([f"p{number}" for number in range(60)], 7)
    for patient, role in found.items():
        place = share(7, patient)
        assert role == ("test" if place < 0.3 else "validation" if place < 0.5 else "train")


def long_text(number: int) -> str:
    return " ".join(f"word{number}x{place}" for place in range(40))


def written(place: Path, texts: list[str]) -> str:
    place.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    return str(place)


def test_training_rows_that_overlap_held_out_text_go_and_are_counted(tmp_path: Path) -> None:
    """Copies, near copies and parts; across phases; of the general text. Held-out rows never go."""
    test, later, general = long_text(1), long_text(2), long_text(3)
    train = [
        long_text(10),
        test,
        f"{later} and more",
        f"{long_text(11)} {general}",
        " ".join(long_text(1).split()[:20]),
    ]
    first = {"train": written(tmp_path / "a.jsonl", train), "test": written(tmp_path / "b.jsonl", [test])}
    second = {"train": written(tmp_path / "c.jsonl", [long_text(12)]), "test": written(tmp_path / "d.jsonl", [later])}
    recipe, _ = read_recipe({
        "model": "unused",
        "phases": [{"name": name, "sources": sources, "objective": "mlm"} for name, sources in (("one", first), ("two", second))],
        "evaluate": {"retention": written(tmp_path / "general.jsonl", [general])},
    })  # fmt: skip
    made = [make_rows(recipe, phase, number, Ledger()) for number, phase in enumerate(recipe.phases)]
    ledger = Ledger()
    one, two = settled(recipe, made, look(recipe, made).rows, ledger, silent)
    assert one.column("text").to_pylist() == [long_text(10), test]
    assert one.column(ROLE).to_pylist() == ["train", "test"]
    assert two.equals(made[1])
    assert [entry["removed"] for entry in ledger.entries] == [
        {"overlaps a test text": 2, "overlaps a test text of two": 1, "overlaps the general text": 1},
        {},
    ]
