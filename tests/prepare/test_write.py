import json
from typing import Any

import pyarrow as pa
import pytest
from pydantic import ValidationError

from acclimate.core.errors import UserError
from acclimate.core.rows import GROUP, ROLE, ROW_ID, Rows
from acclimate.prepare.write import Write

ROWS = pa.table(
    {
        "Question": ["什么是糖尿病?", 'q\u2028"2"', "q3"],
        "Answer": ["慢性疾病。", None, "😀"],
        ROW_ID: ["a", "b", "c"],
        ROLE: ["train", "validation", "train"],
        GROUP: ["a", "b", "c"],
    }
)


def content(step: Write, rows: Rows = ROWS) -> dict[str, bytes]:
    return {name: b"".join(parts) for name, parts in step.files(rows).items()}


def test_an_array_a_role_with_characters_as_they_are() -> None:
    step = Write(train="t.json", validation="v.json", columns={"prompt": "Question", "completion": "Answer"})
    rows, counts = step.apply(ROWS, "prepare.2", 0)
    assert rows is ROWS
    assert (counts.rows_in, counts.rows_out) == (3, 3)
    found = content(step)
    assert (
        found["t.json"]
        == '[{"prompt": "什么是糖尿病?", "completion": "慢性疾病。"}, {"prompt": "q3", "completion": "😀"}]'.encode()
    )
    assert json.loads(found["v.json"]) == [{"prompt": 'q\u2028"2"', "completion": None}]


def test_lines_and_all_columns_of_the_data() -> None:
    lines = content(Write(train="t.jsonl"))["t.jsonl"].decode().splitlines()
    assert [json.loads(line) for line in lines] == [
        {"Question": "什么是糖尿病?", "Answer": "慢性疾病。"},
        {"Question": "q3", "Answer": "😀"},
    ]


def test_many_rows_are_one_array() -> None:
    count = 2500
    rows = pa.table({"n": list(range(count)), ROW_ID: ["x"] * count, ROLE: ["test"] * count})
    assert json.loads(content(Write(test="x.json"), rows)["x.json"]) == [{"n": number} for number in range(count)]


@pytest.mark.parametrize(
    "options",
    [{}, {"train": "x.json", "test": "x.json"}, {"train": "x.csv"}, {"train": "../x.json"}, {"train": "/x.json"}],
)
def test_names_that_can_not_be(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Write(**options)


def test_a_role_without_rows_and_a_column_that_is_not_there() -> None:
    with pytest.raises(UserError, match="there are no rows for test"):
        Write(test="x.json").apply(ROWS, "prepare.2", 0)
    with pytest.raises(UserError, match=r"no column 'question'; did you mean Question\?"):
        Write(train="x.json", columns={"prompt": "question"}).apply(ROWS, "prepare.2", 0)
