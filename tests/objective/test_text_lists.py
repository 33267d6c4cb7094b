"""Lists of turns as JSON text, as CSV files hold them."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from acclimate.core.errors import UserError
from acclimate.objective.forms.conversations import Conversations
from acclimate.objective.forms.messages import Messages
from acclimate.objective.forms.question_answer import QuestionAnswer
from acclimate.objective.forms.recognise import conversations, questions
from acclimate.sources.csv import Csv
from tests.objective.conversations_made import faults, rows, turns

MESSAGES = [{"role": "user", "content": "ü\n"}, {"role": "assistant", "content": "a", "name": "x"}]
SHAREGPT = [{"from": "human", "value": "u"}, {"from": "gpt", "value": "a", "weight": 1, "tools": []}]


def read(table: Any, form: Any = None) -> Any:
    return conversations(table, form, "objective")


def test_a_csv_file_is_read_as_the_same_lists_in_jsonl_are(tmp_path: Path) -> None:
    with (tmp_path / "rows.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["messages"], [json.dumps(MESSAGES)], [f" {json.dumps(MESSAGES[:2])}"]])
    table, _ = Csv(path=str(tmp_path / "rows.csv")).read("sources.train")
    made, _, said = read(table)
    listed, _, same = read(rows(messages=[MESSAGES, MESSAGES]))
    assert turns(made) == turns(listed) == [[("user", "ü\n"), ("assistant", "a")]] * 2
    assert made.column("text").to_pylist() == listed.column("text").to_pylist()
    assert said == same == "rows are read as messages: messages, role and content of each turn (left out: name)"


def test_turns_of_sharegpt() -> None:
    made, _, said = read(rows(conversations=[json.dumps(SHAREGPT)]))
    assert turns(made) == [[("user", "u"), ("assistant", "a")]]
    assert said.endswith("(left out: weight)")
    made, _, _ = read(rows(chat=[json.dumps(SHAREGPT)]), Conversations(column="chat"))
    assert turns(made) == [[("user", "u"), ("assistant", "a")]]


def test_what_python_writes_is_read_as_json_is() -> None:
    made, _, _ = read(rows(messages=[str(MESSAGES)]))
    assert turns(made) == [[("user", "ü\n"), ("assistant", "a")]]


def test_questions_are_read_alike() -> None:
    asked = questions(rows(messages=[json.dumps(MESSAGES)]), "generate")
    assert turns(asked) == [[("user", "ü\n")]]


@pytest.mark.parametrize(
    "cell, fault",
    [
        ("[{'role': 'user' 'content': 'u'}]", "1 rows have a text in 'messages' that is no JSON list: r1"),
        ('[{"role": "user"', "1 rows have a text in 'messages' that is no JSON list: r1"),
        ("plain words", "1 rows have a text in 'messages' that is no JSON list: r1"),
        ('{"role": "user", "content": "u"}', "1 rows have a text in 'messages' that is no JSON list: r1"),
        ('["u", "a"]', "1 rows have a turn in 'messages' that is no JSON object: r1"),
        ('[{"role": "user", "content": ["u"]}]', "1 rows have a turn whose content is no text: r1"),
        ("", "1 rows have no messages: r1"),
        (None, "1 rows have no messages: r1"),
        ("[]", "1 rows have no messages: r1"),
        ('[{"role": "user", "content": null}]', "1 rows have a turn without content: r1"),
    ],
)
def test_what_is_no_list_of_turns_is_named(cell: str | None, fault: str) -> None:
    table = rows(messages=[json.dumps(MESSAGES), cell])
    assert fault in faults(lambda some, _: read(some), table)


def test_what_to_write_is_said() -> None:
    with pytest.raises(UserError, match=r"json\.dumps") as caught:
        read(rows(messages=["[{role: user}]"]))
    assert caught.value.faults[0].where == "objective.form"
    calling = json.dumps([{"role": "assistant", "content": "a", "tool_calls": [{"name": "f"}]}])
    assert faults(lambda some, _: read(some), rows(messages=[calling])) == ["turns of 'messages' hold tool_calls"]


def test_a_text_that_is_no_list_stays_one_unless_a_form_reads_it() -> None:
    table = rows(messages=["a note"], question=["[1] q"], answer=["a"])
    assert turns(read(table)[0]) == turns(read(table, QuestionAnswer())[0]) == [[("user", "[1] q"), ("assistant", "a")]]
    assert faults(lambda some, _: read(some, Messages()), table)[0].endswith("no JSON list: r0")
