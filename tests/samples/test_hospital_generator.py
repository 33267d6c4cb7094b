"""The hospital sample: real codes, tables that fit together, and frequencies as declared."""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from acclimate.samples.hospital import generate, hospital_model
from acclimate.samples.hospital.states import BREAST, COURSES, PREGNANCY

Row = dict[str, str]

ICD_10 = re.compile(r"[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?")
ATC = re.compile(r"[A-Z]\d\d[A-Z]{2}\d\d")
LOINC = re.compile(r"(\d{3,5})-(\d)")


@pytest.fixture(scope="module")
def records() -> list[Row]:
    return generate(3000, seed=11).joined().to_pylist()


@pytest.fixture(scope="module")
def patients(records: list[Row]) -> list[list[Row]]:
    """Each patient's rows, in order."""
    result = {}
    for row in records:
        result.setdefault(row["patient_id"], []).append(row)
    return list(result.values())


def check_digit(number: str) -> int:
    """LOINC's mod 10 digit: from the right, every other digit counts double, digit by digit."""
    doubled = "".join(str(int(digit) * (2 if place % 2 == 0 else 1)) for place, digit in enumerate(reversed(number)))
    return -sum(int(digit) for digit in doubled) % 10


def test_codes_have_the_form_of_a_real_code_system() -> None:
    for code in hospital_model().codes:
        loinc = LOINC.fullmatch(code)
        if loinc:
            assert check_digit(loinc[1]) == int(loinc[2]), code
        else:
            assert ICD_10.fullmatch(code) or ATC.fullmatch(code), code


def test_a_code_says_its_description_and_the_other_way_round(records: list[Row]) -> None:
    pairs = {(row["code"], row["description"]) for row in records}
    assert len({code for code, _ in pairs}) == len(pairs) == len({text for _, text in pairs})
    assert len(pairs) == len(hospital_model().codes)
    assert 50 <= len(pairs) <= 60


def test_no_value_needs_escaping(records: list[Row]) -> None:
    for row in records:
        assert not re.search(r"[,:<>\\\n]", "".join(row.values())), row


def test_every_code_is_followed_by_known_codes_and_weights_of_first_codes_are_alike() -> None:
    known = set(hospital_model().codes)
    for course in COURSES:
        assert sum(course.first.values()) == 10, "courses would not be as frequent as declared"
        assert set(course.first) <= {state.code for state in course.states}
        for state in course.states:
            assert set(state.follows) <= known


def test_a_patient_is_one_person_in_one_department(patients: list[list[Row]]) -> None:
    for rows in patients:
        for column in ("hospital_id", "age", "sex", "department"):
            assert len({row[column] for row in rows}) == 1
        assert 6 <= len(rows) <= 14
        times = [row["timestamp"] for row in rows]
        assert times == sorted(times)
        assert len(set(times)) == len(times)


def test_men_are_never_pregnant(records: list[Row]) -> None:
    only_women = {state.code for course in (PREGNANCY, BREAST) for state in course.states}
    assert only_women <= {row["code"] for row in records}
    assert {row["sex"] for row in records if row["code"] in only_women} == {"F"}


def test_tables_are_strings_and_join() -> None:
    made = generate(50, seed=3)
    for table in (made.patients, made.hospitals, made.events, made.joined()):
        assert {str(kind) for kind in table.schema.types} == {"string"}
    patients = {row["patient_id"]: row for row in made.patients.to_pylist()}
    hospitals = {row["hospital_id"]: row for row in made.hospitals.to_pylist()}
    assert len({row["name"] for row in hospitals.values()}) == len(hospitals)
    first_years = {}
    for row in made.joined().to_pylist():
        assert row["sex"] == patients[row["patient_id"]]["sex"]
        assert row["age"] == patients[row["patient_id"]]["age"]
        assert row["department"] == hospitals[row["hospital_id"]]["department"]
        first_years.setdefault(row["patient_id"], int(row["timestamp"][:4]))
    for name, person in patients.items():
        assert int(person["birth_year"]) == first_years[name] - int(person["age"])


def test_a_seed_repeats_bit_for_bit() -> None:
    one, again, other = (generate(200, seed=seed) for seed in (7, 7, 8))
    assert one.joined().equals(again.joined())
    assert one.patients.equals(again.patients)
    assert not one.joined().equals(other.joined())


def test_a_seed_gives_the_same_records_on_every_machine() -> None:
    rows = generate(100, seed=7).joined().to_pylist()
    text = "\n".join("\t".join(row.values()) for row in rows)
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == "34677861b9fa3cc2"


def surprise(pairs: list[tuple[Any, Any]], table: np.ndarray, rows: Sequence[Any], columns: Sequence[Any]) -> float:
    """How many standard deviations the chi-square of observed (row, column) pairs lies above its mean."""
    seen = Counter(pairs)
    counts = np.array([[seen[row, column] for column in columns] for row in rows], dtype=float)
    assert counts.sum() == len(pairs)
    expected = counts.sum(axis=1, keepdims=True) * table
    assert not counts[table == 0].any(), "something that can't be was drawn"
    enough = expected >= 5
    square = ((counts - expected)[enough] ** 2 / expected[enough]).sum()
    freedom = sum(max(row.sum() - 1, 0) for row in enough)
    return (square - freedom) / np.sqrt(2 * freedom)


def days_between(one: Row, two: Row) -> int:
    return int((np.datetime64(two["timestamp"]) - np.datetime64(one["timestamp"])).astype(int))


def test_frequencies_are_as_declared(patients: list[list[Row]]) -> None:
    model = hospital_model()
    first = [rows[0] for rows in patients]
    steps = [step for rows in patients for step in pairwise(rows)]
    drawn = {
        "sex": ([("", row["sex"]) for row in first], model.sex[None], [""], model.sexes),
        "first": ([(row["sex"], row["code"]) for row in first], model.first, model.sexes, model.codes),
        "age": ([(row["code"], int(row["age"])) for row in first], model.age, model.codes, model.ages),
        "department": (
            [(row["code"], row["department"]) for row in first],
            model.department,
            model.codes,
            model.departments,
        ),
        "following": ([(a["code"], b["code"]) for a, b in steps], model.following, model.codes, model.codes),
        "gap": ([(b["code"], days_between(a, b)) for a, b in steps], model.gap, model.codes, model.days),
        "events": ([("", len(rows)) for rows in patients], model.events[None], [""], range(len(model.events))),
    }
    for name, (pairs, table, rows, columns) in drawn.items():
        assert surprise(pairs, table, rows, columns) < 4, name


def test_no_patients_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        generate(0, seed=0)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"sex": np.array([1.0])}, "shape"),
        ({"sex": np.array([0.7, 0.7])}, "no distribution"),
        ({"sex": np.array([1.5, -0.5])}, "no distribution"),
        ({"sexes": ("F", "F")}, "twice"),
        ({"descriptions": ("only one",)}, "descriptions"),
        ({"events": np.array([1.0])}, "1 or more"),
    ],
)
def test_a_model_that_does_not_fit_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(hospital_model(), **change)
