"""Records to tagged texts: the text, its windows, what happens to every row."""

import re
from typing import Any

import pyarrow as pa
import pytest
from pydantic import ValidationError

from acclimate.core.errors import UserError
from acclimate.core.rows import Counts, about
from acclimate.prepare.tagged import Tagged
from tests.prepare.made import table

HOSPITAL = {
    "group_by": ["patient_id", "hospital_id"],
    "order_by": "timestamp",
    "header": [{"tag": "patient", "fields": ["age", "sex"]}, {"tag": "hospital", "fields": ["department"]}],
    "body": {"tag": "visits", "each": {"tag": "event", "fields": ["timestamp", "code", "description"]}},
    "time": "delta",
}


def events(**more: list[Any]) -> pa.Table:
    columns = {
        "patient_id": ["1", "2", "1", "1"],
        "hospital_id": ["h", "h", "h", "h"],
        "age": [None, "50", "34", "34"],
        "sex": ["F", "M", "F", "F"],
        "department": ["Cardiology", "Cardiology", "Cardiology", "Cardiology"],
        "timestamp": ["2020-01-13", "2020-05-01", "2020-01-01", "2020-01-13T06:00:00Z"],
        "code": ["I10", "E11.9", "E11.9", None],
        "description": ["hypertension, essential", None, "diabetes", "a</event>b"],
    }
    return table(**{**columns, **more})


def apply(rows: pa.Table, **options: Any) -> tuple[list[dict[str, Any]], Counts]:
    made, counts = Tagged.model_validate(options).apply(rows, "phases.0.prepare.0", 0)
    counts.check("tagged")
    assert counts.rows_in == rows.num_rows
    return made.to_pylist(), counts


def test_seed_000s_hospital() -> None:
    rows, counts = apply(events(), **HOSPITAL)
    first = (
        "<patient>age:34, sex:F</patient><hospital>department:Cardiology</hospital><visits>"
        "<event>timestamp:+0d, code:E11.9, description:diabetes</event>"
        "<event>timestamp:+12d, code:I10, description:hypertension\\, essential</event>"
        "<event>timestamp:+6h, description:a<\\/event>b</event></visits>"
    )
    assert [row["text"] for row in rows] == [
        first,
        "<patient>age:50, sex:M</patient><hospital>department:Cardiology</hospital><visits>"
        "<event>timestamp:+0d, code:E11.9</event></visits>",
    ]
    assert list(rows[0]) == ["row_id", "_role", "patient_id", "hospital_id", "text", "header_chars", "cuts"]
    assert [row["row_id"] for row in rows] == ["x.csv:1", "x.csv:2"]
    assert first[: rows[0]["header_chars"]].endswith("</hospital><visits>")
    assert [first[cut:].startswith("<event>") for cut in rows[0]["cuts"]] == [True] * 3
    assert counts == Counts(4, 2, merged=2)


def test_seed_000s_other_domain() -> None:
    rows = table(
        source=["okta"] * 4,
        user=["bob"] * 4,
        account=["7"] * 4,
        session=["s1", "s1", "s2", "s1"],
        at=["1580428800", "1580428820", "1580429720", "1580430000"],
        name=["login", "read", "login", "logout"],
    )
    options = {
        "group_by": "account",
        "order_by": "at",
        "header": [
            {"tag": "datasource", "fields": ["source"], "keys": False},
            {
                "tag": "prefix",
                "children": [
                    {"tag": "username", "fields": ["user"], "keys": False},
                    {"tag": "accountId", "fields": ["account"], "keys": False},
                ],
            },
        ],
        "body": {
            "tag": "session",
            "fields": "session",
            "group_by": "session",
            "each": {"tag": "event", "fields": ["at", "name"]},
        },
        "time": "delta",
    }
    made, _ = apply(rows, **options)
    head = "<datasource>okta</datasource><prefix><username>bob</username><accountId>7</accountId></prefix>"
    text = made[0]["text"]
    assert text == (
        f"{head}<session>session:s1<event>at:+0d, name:login</event><event>at:+20s, name:read</event></session>"
        "<session>session:s2<event>at:+15min, name:login</event></session>"
        "<session>session:s1<event>at:+280s, name:logout</event></session>"
    )
    assert text[: made[0]["header_chars"]] == head
    assert [re.match(r"<\w+>", text[cut:])[0] for cut in made[0]["cuts"]] == [  # type: ignore[index]
        "<session>",
        "<event>",
        "<session>",
        "<session>",
    ]


def test_nodes_inside_the_body_and_inside_an_event() -> None:
    rows = table(p=["1", "1"], dx=["a", None], drug=[None, "b"], dose=[None, "5"])
    drug = {"tag": "drug", "fields": ["drug"], "children": [{"tag": "dose", "fields": ["dose"], "keys": False}]}
    body = {
        "tag": "record",
        "children": [
            {"tag": "diagnoses", "each": {"tag": "dx", "fields": ["dx"]}},
            {"tag": "drugs", "each": drug},
        ],
    }
    made, counts = apply(rows, group_by="p", header=[{"tag": "patient", "fields": ["p"]}], body=body)
    text = made[0]["text"]
    assert text == (
        "<patient>p:1</patient><record><diagnoses><dx>dx:a</dx></diagnoses>"
        "<drugs><drug>drug:b<dose>5</dose></drug></drugs></record>"
    )
    assert text[: made[0]["header_chars"]] == "<patient>p:1</patient><record>"
    assert [text[cut:].startswith(tag) for cut, tag in zip(made[0]["cuts"], ("<diagnoses>", "<drugs>"), strict=True)]
    assert counts == Counts(2, 1, merged=1)


def test_time_absolute_and_none() -> None:
    absolute, _ = apply(events(), **{**HOSPITAL, "time": "absolute"})
    assert "<event>timestamp:2020-01-13, code:I10" in absolute[0]["text"]
    none, _ = apply(events(), **{**HOSPITAL, "time": "none"})
    assert "<visits><event>code:E11.9, description:diabetes</event><event>code:I10" in none[0]["text"]


def test_equal_times_stay_as_they_came_and_plain_numbers_order() -> None:
    rows = table(p=["1"] * 4, visit=["10", "9", "9", "-1"], code=["c", "a", "b", "z"])
    body = {"tag": "visits", "each": {"tag": "event", "fields": ["visit", "code"], "keys": False}}
    made, _ = apply(rows, group_by="p", order_by="visit", body=body, time="delta")
    assert re.findall(r"<event>(.*?)</event>", made[0]["text"]) == ["+0, z", "+10, a", "+0, b", "+1, c"]
    assert made[0]["header_chars"] == len("<visits>")


def test_without_group_by_each_row_is_a_text_and_keeps_its_columns() -> None:
    made, counts = apply(table(age=["3", None], sex=["F", "M"]), header=[{"tag": "patient", "fields": ["age", "sex"]}])
    assert [row["text"] for row in made] == ["<patient>age:3, sex:F</patient>", "<patient>sex:M</patient>"]
    assert made[0] == {
        "row_id": "x.csv:1",
        "_role": "train",
        "age": "3",
        "sex": "F",
        "text": made[0]["text"],
        "header_chars": 31,
        "cuts": [],
    }
    assert counts == Counts(2, 2)


def test_what_is_written_about_the_table() -> None:
    made, _ = Tagged.model_validate({**HOSPITAL, "separator": ";"}).apply(events(), "w", 0)
    assert about(made)["separator"] == ";"
    assert about(made)["tags"][:4] == ["<patient>", "</patient>", "<hospital>", "</hospital>"]
    assert "<patient>age:34; sex:F</patient>" in made["text"][0].as_py()


def test_a_header_value_that_varies_is_counted() -> None:
    rows, counts = apply(events(sex=["F", "M", "M", None]), **HOSPITAL)
    assert "sex:M</patient>" in rows[0]["text"]
    assert counts.values == {"sex: differs inside a group, the first stays": 1}


def test_the_first_time_in_a_header_is_no_varying_value() -> None:
    header = [{"tag": "patient", "fields": ["timestamp"]}]
    rows, counts = apply(events(), **{**HOSPITAL, "header": header, "time": "absolute"})
    assert rows[0]["text"].startswith("<patient>timestamp:2020-01-01</patient>")
    assert counts.values == {}


def test_events_without_value_or_time_are_dropped_and_counted() -> None:
    rows = events(
        code=[None, "x", None, "y"], description=[None] * 4, timestamp=["2020-01-01", None, "2020-01-02", None]
    )
    options = {**HOSPITAL, "body": {"tag": "visits", "each": {"tag": "event", "fields": ["timestamp", "code"]}}}
    made, counts = apply(rows, **options)
    # Patient 1 has no event that can be placed, patient 2 neither: their headers stay, for one row each.
    assert [row["text"].endswith("</hospital>") for row in made] == [True, True]
    assert [row["cuts"] for row in made] == [[], []]
    assert [row["header_chars"] for row in made] == [len(row["text"]) for row in made]
    assert counts == Counts(4, 2, dropped={"event without a value": 1, "event without timestamp": 1})


def test_a_patient_of_a_left_join_without_events_loses_nothing() -> None:
    rows = events(timestamp=["2020-01-01", None, "2020-01-02", "2020-01-03"], code=["a", None, "b", "c"])
    made, counts = apply(rows, **HOSPITAL)
    assert made[1]["text"] == "<patient>age:50, sex:M</patient><hospital>department:Cardiology</hospital>"
    assert counts == Counts(4, 2, merged=2)


def test_a_group_without_any_value_goes_and_is_counted() -> None:
    rows = table(p=["1", "2", "2"], x=["a", None, " "])
    made, counts = apply(rows, group_by="p", body={"tag": "b", "each": {"tag": "e", "fields": ["x"]}})
    assert [row["p"] for row in made] == ["1"]
    assert counts == Counts(3, 1, dropped={"group without a value": 2})


def test_roles_and_split_groups_never_meet() -> None:
    rows = table(role=["train", "test", "train"], p=["1", "1", "1"], x=["a", "b", "c"])
    body = {"tag": "b", "each": {"tag": "e", "fields": ["x"]}}
    made, _ = apply(rows, group_by="p", body=body)
    assert [(row["_role"], row["text"]) for row in made] == [
        ("train", "<b><e>x:a</e><e>x:c</e></b>"),
        ("test", "<b><e>x:b</e></b>"),
    ]
    with_groups = rows.append_column("_group", pa.array(["g", "h", "i"]))
    assert [row["_group"] for row in apply(with_groups, group_by="p", body=body)[0]] == ["g", "h", "i"]


@pytest.mark.parametrize(
    "change, said",
    [
        ({"patient_id": ["1", None, "1", "1"]}, r"column 'patient_id' is empty in x\.csv:2"),
        ({"code": [None] * 4}, "column 'code' has no value in any of 4 rows"),
        ({"timestamp": ["soon"] * 4}, "column 'timestamp' holds 'soon'"),
        ({"code": [["a"]] * 4}, "column 'code' holds list"),
    ],
)
def test_data_that_cannot_be_written(change: dict[str, list[Any]], said: str) -> None:
    with pytest.raises(UserError, match=said):
        apply(events(**change), **HOSPITAL)


def test_columns_that_are_not_there_are_all_named() -> None:
    with pytest.raises(UserError) as caught:
        apply(events().drop_columns(["age", "code"]), **HOSPITAL)
    assert len(caught.value.faults) == 2


def test_names_that_cannot_be_a_key() -> None:
    rows = table(**{"BP: systolic": ["120"]})
    with pytest.raises(UserError, match="columns that can't be written as a key: BP: systolic"):
        apply(rows, header=[{"tag": "t", "fields": ["BP: systolic"]}])
    made, _ = apply(rows, header=[{"tag": "t", "fields": ["BP: systolic"], "keys": False}])
    assert made[0]["text"] == "<t>120</t>"


@pytest.mark.parametrize(
    "options, place",
    [
        ({**HOSPITAL, "order_by": None}, "time"),
        ({**HOSPITAL, "separator": "::"}, "separator"),
        ({**HOSPITAL, "separator": " "}, "separator"),
        ({**HOSPITAL, "separator": "+"}, "separator"),
        ({**HOSPITAL, "group_by": ["text"]}, "group_by"),
        ({"group_by": ["p"]}, "body"),
        ({"group_by": ["p"], "header": [{"tag": "t"}]}, "body"),
    ],
)
def test_faults_of_the_recipe(options: dict[str, Any], place: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Tagged.model_validate(options)
    assert [error["loc"] for error in caught.value.errors()] == [(place,)]
