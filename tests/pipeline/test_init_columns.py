"""What columns are taken for: times, codes, words, texts, identifiers."""

import uuid
from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from acclimate.core.identifiers.columns import identifies, is_birth, words_of
from acclimate.pipeline.init.columns import columns_of

MANY = [str(number) for number in range(3)]


def why(name: str, values: list[str], distinct: int, filled: int) -> str | None:
    found = identifies(name, values, distinct, filled)
    return found.why if found is not None else None


def kind(name: str, values: list[object]) -> str:
    return columns_of(pa.table({"row_id": [str(n) for n in range(len(values))], name: values}))[0].kind


@pytest.mark.parametrize(
    "name, values, said",
    [
        ("START", ["2020-01-01", "2020-02-01T08:00:00Z", None], "time"),
        ("when", ["31.12.2020", "01.02.2021"], "time"),
        ("day", [date(2020, 1, 1), date(2020, 1, 2)], "time"),
        ("timestamp", [1600000000, 1600000500], "time"),
        ("BIRTHDATE", ["1950-01-01", "1960-01-01"], "birth"),
        ("CODE", ["195662009", "232353008", "195662009"], "code"),
        ("cost", ["1.5", "2.25", "NaN"], "number"),
        ("sex", ["F", "M", "F"], "words"),
        ("state", ["MA", "MA"], "constant"),
        ("nothing", [None, None], "empty"),
        ("tokens", [["a"], ["b"]], "nested"),
        ("line\nbreak", ["a", "b"], "nested"),
        ("note", ["seen in the morning with pain", "no pain was seen this evening"], "text"),
        ("note", ["the same five words here"] * 9 + ["other words of five here"], "words"),
        ("ask", ["我最近总是头疼，晚上睡不着觉，该怎么办？", "孩子发烧三天了，一直不退，需要去医院吗？"], "text"),
        ("visits", ["20200131", "20200230"], "number"),
        ("v", ["20200131", "20200229"], "number"),
    ],
)
def test_kinds(name: str, values: list[object], said: str) -> None:
    assert kind(name, values) == said


@pytest.mark.parametrize(
    "name",
    ["FirstName", "last_name", "LAST", "patient_name", "SSN", "passport_no", "driver_license", "home_address", "ZIP", "phone",
     "MobileNumber", "email", "account_no", "IBAN", "credit_card", "user_id", "PatientID", "ip_address", "UDI", "CITY",
     "姓名", "身份证号", "手机号", "家庭住址", "银行卡号", "住院号", "客户编号"],
)  # fmt: skip
def test_identifiers_by_name(name: str) -> None:
    assert identifies(name, MANY, 3, 30)


@pytest.mark.parametrize(
    "name",
    ["description", "code", "account_type", "gender_identity", "last_visit", "first_dose", "card_brand", "drug", "state", "video",
     "location", "filename_length", "科室", "诊断"],
)  # fmt: skip
def test_what_identifies_nobody(name: str) -> None:
    assert identifies(name, MANY, 3, 30) is None


@pytest.mark.parametrize(
    "values, said",
    [
        ([str(uuid.UUID(int=n)) for n in range(3)], "UUIDs"),
        (["a@b.org", "c.d@e.com"], "e-mail addresses"),
        (["999-12-3456", "999-65-4321"], "social security numbers"),
        (["11010519491231002X", "440524188001010014"], "identity card numbers"),
        (["13812345678", "15987654321", "18611112222"], "telephone numbers"),
        (["+49 170 1234567", "+1 (555) 123-4567", "0049 30 123456"], "telephone numbers"),
        (["4111 1111 1111 1111", "5500-0000-0000-0004", "340000000000009"], "card numbers"),
        (["DE89370400440532013000", "GB29 NWBK 6016 1331 9268 19", "FR1420041010050500013M02606"], "IBANs"),
        (["192.168.0.1", "10.0.0.7", "8.8.8.8"], "network addresses"),
        (["12 Main Street", "7 Old Mill Road Unit 3", "45 Elm Ave"], "addresses"),
    ],
)
def test_identifiers_by_content(values: list[str], said: str) -> None:
    assert why("x", values, len(values), 30) == f"it holds {said}"


def test_another_value_in_nearly_every_row_identifies() -> None:
    keys = [f"AB{number:05d}" for number in range(40)]
    assert why("x", keys, 40, 40) == "another value in nearly every row"
    assert identifies("x", keys, 40, 400) is None, "a code that comes again"
    assert identifies("x", [f"{number / 7:.4f}" for number in range(40)], 40, 40) is None, "a measurement"
    names = [
        f"{first} {last}"
        for first in ("Ann", "Bob", "Cem", "Dia", "Eva")
        for last in ("Holt", "Ito", "Jay", "Kim", "Lee")
    ]
    assert "names" in (why("x", names, 25, 25) or "")


def test_words_of_a_name() -> None:
    assert [words_of(name) for name in ("PatientID", "START", "first name", "姓名", "birthDate2")] == [
        "_patient_id_", "_start_", "_first_name_", "_姓名_", "_birth_date2_"]  # fmt: skip
    assert is_birth("DateOfBirth")
    assert not is_birth("birthplace")


@given(st.text(max_size=20), st.lists(st.text(max_size=20), max_size=30))
def test_anything_can_be_looked_at(name: str, values: list[str]) -> None:
    try:
        table = pa.table({"row_id": [str(n) for n in range(len(values))], f"x{name}": pa.array(values, pa.string())})
    except UnicodeEncodeError:
        return
    assert len(columns_of(table)) == 1
