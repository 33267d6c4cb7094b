import json
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from acclimate.core.errors import UserError
from acclimate.core.identifiers.spans import find
from acclimate.core.rows import with_about
from acclimate.prepare.pseudonymise import Pseudonymise, _drawn
from acclimate.prepare.split import Split
from tests.prepare.made import table

NOTE = "Mr. John Smith (MRN: 00123456) was seen on 2020-01-11, phone 617-555-0123; I10, 500 mg."

AT, LATER = datetime(2020, 1, 11, 8, 30, tzinfo=UTC), datetime(2020, 1, 12, 9, tzinfo=UTC)


def visits() -> pa.Table:
    return table(
        patient_id=["p1", "p2", "p1", "p2"],
        name=["Ann Lee", "Bo Ek", "Ann Lee", "Bo Ek"],
        visit=["2020-01-11", "2020-02-01", "2020-03-01", "2020-02-03"],
        code=["I10", "E11", "I10", "J45"],
        note=[NOTE, "no news", "Ms. Lee called", None],
    )


def made(rows: pa.Table, **options: object) -> pa.Table:
    return Pseudonymise.model_validate(options).apply(rows, "prepare.0", 0)[0]


def test_columns_and_texts_hold_surrogates_and_the_rest_stays() -> None:
    rows = made(visits(), group_by="patient_id", columns={"patient_id": "key", "name": "name"})
    patients, names, notes = (rows.column(name).to_pylist() for name in ("patient_id", "name", "note"))
    assert patients[0] == patients[2] != patients[1]
    assert names[0] == names[2] != names[1]
    assert names[0].split()[1] in notes[2], "Ms. Lee is of Ann Lee's family"
    for gone in ("John", "Smith", "00123456", "617-555-0123", "2020-01-11"):
        assert gone not in notes[0]
    assert notes[0].endswith("; I10, 500 mg.")
    assert notes[1] == "no news"
    assert notes[3] is None
    assert rows.column("code").to_pylist() == visits().column("code").to_pylist()


def test_dates_of_a_person_keep_their_distances() -> None:
    rows = made(visits(), group_by="patient_id", columns=[])
    before, after = ([date.fromisoformat(day) for day in one.column("visit").to_pylist()] for one in (visits(), rows))
    shifts = [(new - old).days for old, new in zip(before, after, strict=True)]
    assert shifts[0] == shifts[2] != 0
    assert shifts[1] == shifts[3] != 0
    day = (before[0].fromordinal(before[0].toordinal() + shifts[0])).isoformat()
    assert f"seen on {day}" in rows.column("note").to_pylist()[0], "a date in a text moves like those of its columns"


def test_times_keep_their_type() -> None:
    rows = table(who=["a", "a"], at=[AT, LATER], on=[date(2020, 1, 1), None])
    found = made(rows, group_by="who", columns=[])
    assert found.schema.field("at").type == rows.schema.field("at").type
    first, second = found.column("at").to_pylist()
    assert (second - first) == LATER - AT
    assert (first.hour, first.minute) == (8, 30)
    assert (found.column("on").to_pylist()[0] - date(2020, 1, 1)).days == (first.date() - date(2020, 1, 11)).days


def test_every_changed_value_is_counted_and_no_row_is_lost() -> None:
    step = Pseudonymise.model_validate({"group_by": "patient_id", "columns": ["patient_id"]})
    rows, counts = step.apply(visits(), "prepare.0", 0)
    counts.check("pseudonymise")
    assert rows.num_rows == counts.rows_in == counts.rows_out == 4
    assert counts.values["patient_id: keys replaced"] == 4
    assert counts.values["visit: dates moved"] == 4
    assert counts.values["note: names of persons replaced"] == 2
    assert counts.values["note: telephone numbers replaced"] == 1


def test_a_drawn_key_is_another_each_time_and_a_named_one_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY", "0123456789abcdef")
    options = {"columns": ["patient_id", "name"], "dates": []}
    first = made(visits(), **options)
    assert made(visits(), **options) == first, "one key a process"
    _drawn.cache_clear()
    assert made(visits(), **options) != first
    assert made(visits(), key_env="A_KEY", **options) == made(visits(), key_env="A_KEY", **options)
    step = Pseudonymise(key_env="A_KEY", presidio=False)
    first = step.inputs("prepare.0")
    assert first == step.inputs("prepare.0")
    assert "0123456789abcdef" not in json.dumps(first)
    monkeypatch.setenv("A_KEY", "another key of 24 signs.")
    assert step.inputs("prepare.0") != first, "another key is another preparation"
    assert Pseudonymise(presidio=False).inputs("prepare.0") == {}


def test_a_person_is_one_in_every_table_and_phase() -> None:
    """Two tables, prepared apart: the same keys, names and shifts of dates, also where another column holds them."""
    first = made(visits(), group_by="patient_id", columns={"patient_id": "key", "name": "name"})
    bills = table(
        payer=["p2", "p1"], holder=["Bo Ek", "Ann Lee"], due=["2020-02-04", "2020-01-12"], note=["Mr. Ek", "no"]
    )
    second = made(bills, group_by="payer", columns={"payer": "key", "holder": "name"})
    keys, names, days = (first.column(name).to_pylist() for name in ("patient_id", "name", "visit"))
    assert second.column("payer").to_pylist() == [keys[1], keys[0]]
    assert second.column("holder").to_pylist() == [names[1], names[0]]
    assert second.column("note").to_pylist()[0] == f"Mr. {names[1].split()[1]}"
    for due, visit, apart in zip(second.column("due").to_pylist(), (days[1], days[0]), (3, 1), strict=True):
        assert (date.fromisoformat(due) - date.fromisoformat(visit)).days == apart


def test_kinds_limit_what_is_replaced() -> None:
    rows = made(visits(), columns=[], dates=[], kinds="phone")
    note = rows.column("note").to_pylist()[0]
    assert "Mr. John Smith (MRN: 00123456) was seen on 2020-01-11" in note
    assert "617-555-0123" not in note


def test_the_split_stays_and_its_groups_are_renamed() -> None:
    rows = table(patient_id=[f"patient-{number % 40:06d}" for number in range(80)], note=["x"] * 80)
    split, _ = Split(group_by="patient_id", validation=0.2, test=0.5).apply(rows, "prepare.0", 0)
    found = made(split, columns=["patient_id"])
    assert found.column("_role") == split.column("_role")
    assert not set(found.column("_group").to_pylist()) & set(split.column("_group").to_pylist())
    assert found.column("_group").to_pylist() == found.column("patient_id").to_pylist()


def test_without_names_it_finds_them_itself() -> None:
    rows = table(SSN=["123-45-6789", "223-45-6789"], age=["34", "51"], city=["Boston", "Boston"])
    found = made(rows)
    assert found.column("age").to_pylist() == ["34", "51"]
    assert not set(found.column("SSN").to_pylist()) & set(rows.column("SSN").to_pylist())
    assert "Boston" not in found.column("city").to_pylist()


def test_nothing_that_was_planted_is_left_in_a_text() -> None:
    text = made(table(note=[NOTE]), columns=[]).column("note").to_pylist()[0]
    left = {NOTE[span.start : span.end] for span in find(NOTE)} & {text[span.start : span.end] for span in find(text)}
    assert left == set()


@pytest.mark.parametrize(
    "options, message",
    [
        ({"columns": ["nam"]}, r"prepare\.0\.columns: no column 'nam'; did you mean name"),
        ({"group_by": "who"}, r"prepare\.0\.group_by: no column 'who'"),
        ({}, r"prepare\.0\.group_by: visit hold dates, but nothing says whose"),
        ({"key_env": "NO_SUCH_KEY", "dates": []}, r"prepare\.0\.key_env: NO_SUCH_KEY is not set"),
    ],
)
def test_what_is_wrong_is_said(options: dict[str, object], message: str) -> None:
    with pytest.raises(UserError, match=message):
        made(visits(), **options)


def test_a_short_key_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY", "hunter2")
    with pytest.raises(UserError, match="A_KEY holds 7 characters") as caught:
        made(visits(), key_env="A_KEY", dates=[])
    assert "hunter2" not in str(caught.value)


def test_tagged_texts_and_lists_are_refused() -> None:
    rows = with_about(table(text=["<a>x</a>"], cuts=[[0]]), {"tags": ["<a>"]})
    with pytest.raises(UserError, match="put pseudonymise before tagged"):
        made(rows)
    with pytest.raises(UserError, match="places in the texts are written down"):
        made(table(text=["Ann Lee"], entities=[[{"start": 0, "end": 3, "label": "X"}]]))
    with pytest.raises(UserError, match="holds lists"):
        made(table(names=[["a"]]), columns=["names"])
