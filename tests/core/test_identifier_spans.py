import itertools
import json
import lzma
import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acclimate.core.identifiers.kinds import KINDS
from acclimate.core.identifiers.spans import find
from acclimate.samples.hospital.generator import generate

SOMEBODYS = [kind for kind in KINDS if kind != "date"]
FIRST, LAST = (
    ["Ann", "José", "Milo", "Siobhan", "Wei", "Fatima"],
    ["Smith", "O'Brien", "Gómez", "Lee", "van Dyke", "Al-Amin"],
)
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴", ["伟", "建国", "秀英", "丽", "志强", "小红"]
CARDS, IBANS = ["4111 1111 1111 1111", "5555555555554444"], ["DE89370400440532013000", "GB82 WEST 1234 5698 7654 32"]
IDS = ["11010519491231002X", "440524188001010014"]


def planted(draw: random.Random) -> tuple[str, list[tuple[str, str]]]:
    """Give a text, English or Chinese, and what was planted in it, with its kind."""

    def digits(count: int) -> str:
        return "".join(draw.choice("0123456789") for _ in range(count))

    name = f"{draw.choice(FIRST)} {draw.choice(LAST)}"
    person = draw.choice(SURNAMES) + draw.choice(GIVEN)
    born = f"{draw.randint(1930, 2015)}-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}"
    phone, mobile = f"({draw.randint(200, 989)}) 555-{digits(4)}", f"13{digits(9)}"
    ssn, card, iban = (
        f"{draw.randint(100, 665)}-{draw.randint(10, 99)}-{draw.randint(1000, 9999)}",
        draw.choice(CARDS),
        draw.choice(IBANS),
    )
    street = f"{draw.randint(1, 999)} {draw.choice(['Oak', 'Balistreri', 'New Hampshire'])} {draw.choice(['Street', 'Ave', 'Way'])}"
    record, mail, chinese = f"A{digits(7)}", f"x{digits(3)}@mail.example.org", draw.choice(IDS)
    home = f"北京市海淀区{draw.choice(['中关村大街', '学院路'])}{draw.randint(1, 99)}号"
    texts = [
        (f"Mr. {name} was seen on 2020-01-05 for I10.", [("name", name)]),
        (f"Patient: {name}, DOB {born}, MRN: {record}. BP 120/80.", [("name", name), ("birth_date", born), ("record_number", record)]),
        (f"He lives at {street}; call {phone} or write to {mail}.", [("address", street), ("phone", phone), ("email", mail)]),
        (f"SSN {ssn}, paid with {card}, refund to {iban}.", [("national_id", ssn), ("account", card), ("account", iban)]),
        (f"患者姓名：{person}，出生日期：{born}，住院号：{record}。", [("name", person), ("birth_date", born), ("record_number", record)]),
        (f"身份证号{chinese}，电话{mobile}，住址：{home}，口服二甲双胍500mg。", [("national_id", chinese), ("phone", mobile), ("address", home)]),
        (f"昨天找{person[0]}医生复诊，血压120/80。", [("name", person[0])]),
    ]  # fmt: skip
    return draw.choice(texts)


def test_planted_identifiers_are_found() -> None:
    draw, wanted, seen = random.Random(0), Counter[str](), Counter[str]()
    stray, texts = 0, 1000
    for _ in range(texts):
        text, inside = planted(draw)
        found = find(text, SOMEBODYS)
        for kind, value in inside:
            wanted[kind] += 1
            start = text.index(value)
            seen[kind] += any(
                span.kind == kind and span.start <= start and span.end >= start + len(value) for span in found
            )
        stray += sum(
            all(span.end <= text.index(value) or span.start >= text.index(value) + len(value) for _, value in inside)
            for span in found
        )
    assert min(wanted.values()) > 100
    assert all(seen[kind] / wanted[kind] >= 0.95 for kind in wanted), {
        kind: seen[kind] / wanted[kind] for kind in wanted
    }
    assert stray / texts <= 0.01


@pytest.mark.parametrize(
    "text",
    [
        "ICD I10, E11.9; LOINC 8302-2, 72514-3; SNOMED 428211000124100, 300916003; RxNorm 665078; ATC A10BA02",
        "seen on 2020-01-05, 3/4/2020 and 5 May 2021 at 08:30, next visit 2023年1月3日",
        "take 500 mg twice a day, 0.3 ML Epinephrine 1 MG/ML, 120/80 mmHg, 37.5 C, version 1.2.840.10008.5",
        "Dear doctor, the patient: a woman of 45 years. Patient: The knee hurts. Name: unknown.",
        "谢谢医生，请问医生，和医生商量，主任医师，给医生看，由于高血压，2020年住院3天，口服500毫克",
    ],
)
def test_codes_doses_and_visits_are_left_alone(text: str) -> None:
    assert find(text, SOMEBODYS) == []


@given(st.text(max_size=200))
def test_spans_are_in_order_and_apart(text: str) -> None:
    found = find(text)
    assert all(0 <= span.start < span.end <= len(text) for span in found)
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))


def alarms(texts: list[str], kinds: list[str]) -> float:
    """Rows in a thousand that something is found in."""
    return 1000 * sum(bool(find(text, kinds)) for text in texts) / len(texts)  # type: ignore[arg-type]


def test_the_hospital_sample_raises_no_alarm() -> None:
    rows = generate(60, 0).joined().drop_columns(["patient_id", "hospital_id"]).to_pylist()
    assert alarms([", ".join(f"{key}: {value}" for key, value in row.items()) for row in rows], SOMEBODYS) == 0


@pytest.mark.shared_data
def test_few_rows_of_real_text_raise_an_alarm(shared_data: Path) -> None:
    """What is found in medquad are telephones, addresses and people of institutions: names 2, all kinds 7 in 1000 rows."""
    for place, most in (("medquad/medquad.jsonl.xz", 15), ("zh-medical-dialogue/sample_internal_medicine.jsonl.xz", 2)):
        with lzma.open(shared_data / place, "rt") as file:
            rows = [json.loads(line) for line in file][::8]
        texts = ["\n".join(str(value) for key, value in row.items() if not key.endswith("id")) for row in rows]
        assert alarms(texts, SOMEBODYS) <= most
        assert alarms(texts, ["national_id", "account", "record_number", "birth_date"]) <= 1
