"""A test group stays a test group: its role depends on the run's seed and its name alone, for every phase and later run."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from acclimate.core.rows import ROLE, ROW_ID
from acclimate.core.seeds import share
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
