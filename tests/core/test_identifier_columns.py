import csv
import lzma
from pathlib import Path

import pytest

from acclimate.core.identifiers.columns import identifies
from acclimate.core.identifiers.kinds import masked


@pytest.mark.parametrize(
    "name, values, kind",
    [
        ("PatientFirstName", ["Ann", "Bo"], "name"),
        ("患者姓名", ["张伟"], "name"),
        ("date_of_birth", ["1985-03-02", "1990-01-31"], "birth_date"),
        ("出生日期", ["1985年3月2日"], "birth_date"),
        ("MRN", ["00123"], "record_number"),
        ("住院号", ["ZY1"], "record_number"),
        ("手机", ["13812345678"], "phone"),
        ("家庭住址", ["x"], "address"),
        ("c1", ["11010519491231002X"], "national_id"),
        ("c2", ["4111111111111111", "5555555555554444", "378282246310005"], "account"),
        ("c3", ["a@b.org"], "email"),
        ("c4", ["9d188916-8390-282b-3ec2-73fce6e08649"], "key"),
        ("c5", ["617-555-0123", "(617) 555-0124", "1-800-555-0199"], "phone"),
    ],
)
def test_a_column_is_known_by_name_or_content(name: str, values: list[str], kind: str) -> None:
    found = identifies(name, values, len(values), len(values))
    assert found is not None
    assert found.kind == kind


@pytest.mark.parametrize(
    "name, values",
    [
        ("icd10", ["I10", "E11.9", "J45.909"]),
        ("loinc", ["8302-2", "72514-3", "2339-0"]),
        ("atc", ["A10BA02", "C07AB02", "N02BE01"]),
        ("code", ["300916003", "428211000124100", "665078"]),
        ("start", ["2020-01-05", "2020-02-01", "2021-03-04"]),
        ("dose", ["500 mg", "5 MG/ML", "0.3 ML"]),
        ("birth_weight", ["3400", "2980", "3105"]),
    ],
)
def test_codes_visits_and_doses_are_none(name: str, values: list[str]) -> None:
    assert identifies(name, values, len(values), 3 * len(values)) is None


def test_an_example_gives_nothing_away() -> None:
    assert masked("617-555-0123") == "9**-***-****"
    assert masked("Ann Lee") == "A** ***"
    assert masked("张伟明") == "某**"
    assert masked("x" * 50) == "a" + "*" * 39 + "..."


IDENTIFYING = {
    *("Id", "BIRTHDATE", "SSN", "DRIVERS", "PASSPORT", "FIRST", "LAST", "MAIDEN", "BIRTHPLACE", "ADDRESS", "CITY"),
    *("COUNTY", "ZIP", "LAT", "LON", "PATIENT", "ENCOUNTER", "PHONE", "UDI", "PROVIDER", "ORGANIZATION", "PAYER"),
}
HARMLESS = {
    *(
        "CODE",
        "DESCRIPTION",
        "REASONCODE",
        "REASONDESCRIPTION",
        "BASE_COST",
        "START",
        "STOP",
        "DATE",
        "MARITAL",
        "RACE",
    ),
    *("ETHNICITY", "GENDER", "STATE", "VALUE", "UNITS", "TYPE", "CATEGORY", "SYSTEM", "MODALITY_CODE", "BODYSITE_CODE"),
}


@pytest.mark.shared_data
def test_columns_of_made_up_patients(shared_data: Path) -> None:
    planted, seen, alarms, harmless = 0, 0, [], 0
    for path in sorted((shared_data / "synthea-1k").glob("*.csv*")):
        with lzma.open(path, "rt") if path.suffix == ".xz" else path.open() as file:
            rows = list(csv.DictReader(file))
        for name in rows[0]:
            filled = [row[name] for row in rows if row[name]]
            values = list(dict.fromkeys(filled))
            found = identifies(name, values[:1000], len(values), len(filled)) if values else None
            if name in IDENTIFYING and values:
                planted += len(filled)
                seen += len(filled) if found else 0
            if name in HARMLESS:
                harmless += 1
                alarms += [f"{path.name} {name}"] if found else []
    assert planted > 50_000
    assert seen / planted >= 0.95
    assert harmless >= 20
    assert alarms == []
