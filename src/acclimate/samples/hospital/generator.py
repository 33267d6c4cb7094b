"""Draws records from the model and lays them out as three tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from acclimate.samples.hospital.model import Floats, Model, hospital_model

Ints = npt.NDArray[np.int64]

HOSPITALS_PER_DEPARTMENT = 3
_PLACES = (
    *("Larkmoor", "Ashwick", "Tindale", "Corvane", "Brackwater", "Elmsley", "Fernholt"),
    *("Quillport", "Wyndmere", "Ostermere", "Penhallow", "Redfern", "Sedgeby"),
)
_KINDS = ("General Hospital", "Clinic", "Medical Centre", "Infirmary", "University Hospital")
_FIRST_DAY = np.datetime64("2012-01-01")
_FIRST_DAYS = 6 * 365


@dataclass(frozen=True, eq=False)
class Hospital:
    """Made-up records as three tables; every column is a string, as if read from CSV.

    `patients`: patient_id, birth_year, sex, age (whole years at the first event).
    `hospitals`: hospital_id, name, department.
    `events`: patient_id, hospital_id, timestamp (YYYY-MM-DD), code, description; by patient, then by time.
    """

    patients: pa.Table
    hospitals: pa.Table
    events: pa.Table

    def joined(self) -> pa.Table:
        """Give one table, a row an event: patient_id, hospital_id, age, sex, department, timestamp, code, description."""
        patients = _rows_of(self.patients, "patient_id", self.events["patient_id"])
        hospitals = _rows_of(self.hospitals, "hospital_id", self.events["hospital_id"])
        columns = {name: self.events[name] for name in ("patient_id", "hospital_id")}
        columns |= {"age": patients["age"], "sex": patients["sex"], "department": hospitals["department"]}
        columns |= {name: self.events[name] for name in ("timestamp", "code", "description")}
        return pa.table(columns)


def generate(patients: int, seed: int, model: Model | None = None) -> Hospital:
    """Make up the records of a number of patients.

    Takes: `patients`, 1 or more; `seed`, 0 or more; `model`, the distribution to draw from (default: the hospital
    sample's). Gives: the tables; the same arguments give the same bytes on every machine.
    Raises: ValueError if `patients` is below 1.
    """
    if patients < 1:
        raise ValueError(f"{patients} patients: at least 1 is needed")
    model = model or hospital_model()
    rng = np.random.Generator(np.random.PCG64(seed))
    everyone = np.zeros(patients, dtype=np.int64)
    sex = _draw(rng, model.sex[None], everyone)
    counts = _draw(rng, model.events[None], everyone)
    states, days = _courses(rng, model, sex, int(counts.max()))
    age = np.array(model.ages)[_draw(rng, model.age, states[:, 0])]
    department = _draw(rng, model.department, states[:, 0])
    hospital = department * HOSPITALS_PER_DEPARTMENT + rng.integers(HOSPITALS_PER_DEPARTMENT, size=patients)
    start = _FIRST_DAY + rng.integers(_FIRST_DAYS, size=patients).astype("timedelta64[D]")
    born = start.astype("datetime64[Y]").astype(np.int64) + 1970 - age

    taken = np.arange(states.shape[1]) < counts[:, None]
    patient_ids = _numbered("P", patients, width=6)
    hospitals = _hospitals(model.departments)
    owner = np.repeat(np.arange(patients), counts)
    times = (start[:, None] + days.cumsum(axis=1).astype("timedelta64[D]"))[taken]
    return Hospital(
        patients=_table(
            {"patient_id": patient_ids, "birth_year": born, "sex": np.array(model.sexes)[sex], "age": age},
        ),
        hospitals=hospitals,
        events=_table(
            {
                "patient_id": patient_ids[owner],
                "hospital_id": hospitals["hospital_id"].to_numpy()[hospital[owner]],
                "timestamp": times,
                "code": np.array(model.codes)[states[taken]],
                "description": np.array(model.descriptions)[states[taken]],
            }
        ),
    )


def _courses(rng: np.random.Generator, model: Model, sex: Ints, length: int) -> tuple[Ints, Ints]:
    """Give the state at each of `length` events and the days before it (0 before the first), both [patients, length]."""
    states = np.zeros((len(sex), length), dtype=np.int64)
    days = np.zeros_like(states)
    states[:, 0] = _draw(rng, model.first, sex)
    for event in range(1, length):
        states[:, event] = _draw(rng, model.following, states[:, event - 1])
        days[:, event] = np.array(model.days)[_draw(rng, model.gap, states[:, event])]
    return states, days


def _draw(rng: np.random.Generator, table: Floats, rows: Ints) -> Ints:
    """Draw a column of `table` for each of `rows`, with the probabilities of that row."""
    passed = rng.random(len(rows))[:, None] >= table.cumsum(axis=1)[rows]
    # Rounding may leave the last sum a hair below 1.
    drawn: Ints = np.minimum(passed.sum(axis=1), table.shape[1] - 1)
    return drawn


def _hospitals(departments: tuple[str, ...]) -> pa.Table:
    count = len(departments) * HOSPITALS_PER_DEPARTMENT
    # 13 places and 5 kinds share no factor, so the first 65 names all differ.
    names = [f"{_PLACES[number % len(_PLACES)]} {_KINDS[number % len(_KINDS)]}" for number in range(count)]
    return _table(
        {
            "hospital_id": _numbered("H", count, width=3),
            "name": np.array(names),
            "department": np.repeat(np.array(departments), HOSPITALS_PER_DEPARTMENT),
        }
    )


def _numbered(letter: str, count: int, *, width: int) -> npt.NDArray[np.str_]:
    return np.array([f"{letter}{number:0{width}d}" for number in range(1, count + 1)])


def _table(columns: Mapping[str, npt.NDArray[Any]]) -> pa.Table:
    return pa.table({name: pa.array(values.astype(str)) for name, values in columns.items()})


def _rows_of(table: pa.Table, key: str, wanted: pa.ChunkedArray) -> pa.Table:
    """Give the row of `table` for each of the wanted keys."""
    return table.take(pc.index_in(wanted, value_set=table[key].combine_chunks()))
