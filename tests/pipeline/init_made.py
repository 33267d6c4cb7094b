"""Small made-up data of every kind that `acclimate init` looks at."""

from __future__ import annotations

import csv
import lzma
import random
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from acclimate.samples.finance import generate as finance
from tests.pipeline import tiny

PAIRS = {"aspirin": "ulcer", "dose": "morning", "stent": "artery", "event": "visits"}
DRUGS = ("aspirin", "heparin", "insulin", "statin")


def write_csv(path: Path, rows: Sequence[dict[str, Any]], delimiter: str = ",", encoding: str = "utf-8") -> Path:
    """Write rows as CSV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def clinic(folder: Path, patients: int = 60) -> Path:
    """Patients with names and numbers, visits and prescriptions that refer to them, and rooms that nobody refers to."""
    draw = random.Random(0)
    keys = [str(uuid.UUID(int=draw.getrandbits(128))) for _ in range(patients)]
    people = [
        {
            "Id": key, "BIRTHDATE": f"19{20 + number % 70}-05-{1 + number % 28:02d}", "SSN": f"999-{10 + number % 80}-{1000 + number}",
            "FIRST": f"Ann{number}", "GENDER": draw.choice("FM"), "MARITAL": draw.choice(("single", "married")),
            "HEALTHCARE_EXPENSES": f"{draw.random() * 1e5:.2f}",
        }
        for number, key in enumerate(keys)
    ]  # fmt: skip
    visits, drugs = [], []
    for key in keys:
        for day in range(1, 4):
            left = draw.choice(sorted(PAIRS))
            when = f"2023-0{1 + draw.randrange(9)}-1{day}"
            visits.append(
                {
                    "START": f"{when}T08:30:1{day}Z",
                    "PATIENT": key,
                    "CODE": left,
                    "DESCRIPTION": PAIRS[left],
                    "ROOM": "none",
                }
            )
        drugs.append(
            {
                "DATE": when,
                "PATIENT": key,
                "CODE": "N02",
                "DESCRIPTION": draw.choice(DRUGS),
                "QUANTITY": str(1 + draw.randrange(5)),
            }
        )
    rooms = [{"Id": f"R{number}", "NAME": f"Room {number}", "BEDS": "4"} for number in range(8)]
    for name, rows in (("patients", people), ("visits", visits), ("prescriptions", drugs), ("rooms", rooms)):
        write_csv(folder / f"{name}.csv", rows)
    return folder


def documents(folder: Path, count: int = 60) -> Path:
    """A file of plain text a document."""
    folder.mkdir(parents=True)
    for name, text in finance(count, 0):
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


def hub_folder(folder: Path) -> Path:
    """Parquet files as the Hub lays them out, with a test split."""
    (folder / "data").mkdir(parents=True)
    for split, count, seed in (("train", 60, 0), ("test", 24, 1)):
        texts = [{"review": f"{row['text']} and so on, number {seed} {number}", "label": number % 2}
                 for number, row in enumerate(tiny.texts(count, seed))]  # fmt: skip
        pyarrow.parquet.write_table(pa.Table.from_pylist(texts), folder / "data" / f"{split}-00000-of-00001.parquet")
    (folder / "README.md").write_text("---\nlicense: mit\n---\nReviews.\n", encoding="utf-8")
    return folder


def notes(count: int = 60) -> list[dict[str, Any]]:
    """Notes about patients, each a text."""
    return [
        {
            "patient_id": f"p{number // 2}",
            "phone": f"+49 170 {1000000 + number}",
            "note": row["text"] + " again and again",
        }
        for number, row in enumerate(tiny.texts(count))
    ]


def shortened(folder: Path, place: Path, patients: int, events: int) -> Path:
    """Copy real records of patients: so many of them, and of each table so many rows a patient."""
    chosen: set[str] = set()
    for path in sorted(folder.glob("*.csv*"), key=lambda path: not path.name.startswith("patients")):
        opened = lzma.open if path.suffix == ".xz" else open
        with opened(path, "rt", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        if path.name.startswith("patients"):
            rows = rows[:patients]
            chosen = {row["Id"] for row in rows}
        elif "PATIENT" in rows[0]:
            left = dict.fromkeys(chosen, events)
            kept = []
            for row in rows:
                if left.get(row["PATIENT"]):
                    left[row["PATIENT"]] -= 1
                    kept.append(row)
            rows = kept
        write_csv(place / path.name.removesuffix(".xz"), rows)
    return place
