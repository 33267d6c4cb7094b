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
from tests.identifiers_made import SENTENCES, planted

SOMEBODYS = [kind for kind in KINDS if kind != "date"]


def test_planted_identifiers_are_found() -> None:
    """Each sentence 25 times, every kind that the sentences hold: at least 95 % are found whole, and nothing beside them."""
    draw, wanted, seen = random.Random(0), Counter[str](), Counter[str]()
    stray, texts = 0, 0
    for sentence in SENTENCES * 25:
        text, inside = planted([sentence], draw)
        found = find(text, SOMEBODYS)
        texts += 1
        for kind, start, end in inside:
            wanted[kind] += 1
            seen[kind] += any(span.kind == kind and span.start <= start and span.end >= end for span in found)
        stray += sum(all(span.end <= start or span.start >= end for _, start, end in inside) for span in found)
    assert set(wanted) == {
        *("name", "birth_date", "national_id", "record_number", "account", "phone", "email", "address")
    }
    assert min(wanted.values()) >= 150
    recall = {kind: seen[kind] / wanted[kind] for kind in wanted}
    assert min(recall.values()) >= 0.95, recall
    assert stray / texts <= 0.01


@pytest.mark.parametrize(
    "text, names",
    [
        ("Mr. Smith was seen by Dr. Li", ["Smith", "Li"]),
        ("Patient John Smith has a cough", ["John Smith"]),
        ("we saw John Kowalczyk's wife Mary in May", ["John Kowalczyk", "Mary"]),
        ("Grace Miller and Mary Ann O'Brien-Lee Jr. left", ["Grace Miller", "Mary Ann O'Brien-Lee Jr."]),
        ("patient Xochitl Okonkwo reports pain", ["Xochitl Okonkwo"]),
        ("Smith, John; J.R. Miller; MARY JONES", ["Smith, John", "J.R. Miller", "MARY JONES"]),
        ("患者张伟", ["张伟"]),
        ("患者张伟因咳嗽入院，由李秀英护士接待", ["张伟", "李秀英"]),
        ("欧阳明，男，40岁。王建国昨天来过。", ["欧阳明", "王建国"]),
    ],
)
def test_names_in_running_text_need_no_label(text: str, names: list[str]) -> None:
    assert [text[span.start : span.end] for span in find(text, ["name"])] == names


@pytest.mark.parametrize(
    "text",
    [
        "Grace Hospital, Virginia Beach, St. Mary Church, Mary Washington Hospital, Thomas Jefferson University",
        "Patient Care Services is open. Patient Advocate Foundation provides help. The patient Will return in May.",
        "Lou Gehrig's disease, Pierre Robin sequence, Marie Unna syndrome, John Cunningham virus, Hunter syndrome",
        "患者高血压，患者常有头晕，患者白细胞升高，患者石英过敏，患者罗红霉素过敏，患者安静，患者方便时复诊",
        "祝健康！看了许多医生，医生高兴地说，其余医生，由于、和医生商量，向医生反映，王者，江水，黄疸，周期",
    ],
)
def test_places_diseases_and_words_are_no_names(text: str) -> None:
    assert [text[span.start : span.end] for span in find(text, ["name"])] == []


def test_han_characters_end_a_number_and_an_address() -> None:
    text = "请打13812345678找我，或发邮件到ann@example.org，卡4111111111111111已停"
    found = [(span.kind, text[span.start : span.end]) for span in find(text)]
    assert found == [("phone", "13812345678"), ("email", "ann@example.org"), ("account", "4111111111111111")]


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
