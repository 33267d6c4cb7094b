from typing import Any

import pytest

from acclimate.core.errors import UserError
from acclimate.objective.forms.conversations import Conversations
from acclimate.objective.forms.instruction import Instruction
from acclimate.objective.forms.messages import Messages
from acclimate.objective.forms.prompt_completion import PromptCompletion
from acclimate.objective.forms.question_answer import QuestionAnswer
from acclimate.objective.forms.question_context_answer import QuestionContextAnswer
from acclimate.objective.forms.recognise import conversations, questions
from tests.objective.conversations_made import rows, turns

TALK = [[{"role": "user", "content": "u"}, {"role": "assistant", "content": "a"}]]


@pytest.mark.parametrize(
    "columns, sentence",
    [
        (
            {"Question": ["q"], "Answer": ["a"]},
            "rows are read as question_answer: Question -> user, Answer -> assistant",
        ),
        (
            {"prompt": ["q"], "completion": ["a"]},
            "rows are read as prompt_completion: prompt -> user, completion -> assistant",
        ),
        ({"messages": TALK}, "rows are read as messages: messages, role and content of each turn"),
        (
            {"instruction": ["q"], "output": ["a"]},
            "rows are read as instruction: instruction -> user, output -> assistant",
        ),
        (
            {"question": ["q"], "context": ["c"], "answer": ["a"]},
            "rows are read as question_context_answer: context + question -> user, answer -> assistant",
        ),
        (
            {"conversations": [[{"from": "human", "value": "u"}, {"from": "gpt", "value": "a"}]]},
            "rows are read as conversations: conversations, from and value of each turn",
        ),
    ],
)
def test_the_form_is_told_from_the_columns_and_said(columns: dict[str, list[Any]], sentence: str) -> None:
    _, _, said = conversations(rows(**columns), None, "objective")
    assert said == sentence


def test_two_that_fit_are_a_fault_unless_one_is_named() -> None:
    table = rows(prompt=["p"], completion=["c"], question=["q"], answer=["a"])
    with pytest.raises(UserError, match="prompt_completion and question_answer fit the columns") as caught:
        conversations(table, None, "objective")
    assert caught.value.faults[0].where == "objective.form"
    made, _, _ = conversations(table, QuestionAnswer(), "objective")
    assert turns(made) == [[("user", "q"), ("assistant", "a")]]


def test_none_that_fits_names_the_columns_and_the_forms() -> None:
    with pytest.raises(UserError, match=r"no form fits the columns text \(string\), label \(int64\)") as caught:
        conversations(rows(text=["t"], label=[1]), None, "objective")
    assert "question_answer" in caught.value.faults[0].allowed


@pytest.mark.parametrize(
    "columns, asked",
    [
        ({"prompt": ["q"]}, "q"),
        ({"Question": ["q"], "Answer": ["a"]}, "q"),
        ({"question": ["q"], "context": ["c"]}, "c\n\nq"),
        ({"instruction": ["i"], "input": ["x"]}, "i\n\nx"),
        ({"instruction": ["i"], "input": [None]}, "i"),
        ({"instruction": ["i"]}, "i"),
        ({"text": ["q"]}, "q"),
        ({"messages": TALK}, "u"),
    ],
)
def test_rows_that_nobody_has_answered(columns: dict[str, list[Any]], asked: str) -> None:
    made = questions(rows(**columns), "predict")
    assert turns(made) == [[("user", asked)]]
    assert made.column("text").to_pylist() == [asked]


def test_rows_without_a_question() -> None:
    with pytest.raises(UserError, match="no question in the columns label"):
        questions(rows(label=["x"]), "predict")


SHARED = [[{"from": "human", "value": "u"}, {"from": "gpt", "value": "a"}]]


@pytest.mark.parametrize(
    "form, columns, asked",
    [
        (None, {"prompt": ["q"], "system": ["s"]}, [("system", "s"), ("user", "q")]),
        (None, {"prompt": ["q"], "system": [" "]}, [("user", "q")]),
        (None, {"conversations": SHARED}, [("user", "u")]),
        (None, {"Conversations": SHARED, "system": ["s"]}, [("system", "s"), ("user", "u")]),
        (None, {"conversations": TALK}, [("user", "u")]),
        (None, {"prompt": [[{"role": "user", "content": "u"}]]}, [("user", "u")]),
        (QuestionAnswer(question="q", system="be"), {"q": ["q"], "be": ["s"]}, [("system", "s"), ("user", "q")]),
        (Instruction(instruction="do", input="on"), {"do": ["i"], "on": ["x"]}, [("user", "i\n\nx")]),
        (QuestionContextAnswer(context="page"), {"page": ["c"], "question": ["q"]}, [("user", "c\n\nq")]),
        (QuestionAnswer(question="q"), {"q": ["q"], "prompt": ["p"]}, [("user", "q")]),
        (QuestionAnswer(question="q"), {"question": ["q"]}, [("user", "q")]),
        (Messages(column="talk"), {"talk": TALK}, [("user", "u")]),
        (Conversations(column="talk"), {"talk": SHARED}, [("user", "u")]),
    ],
)
def test_they_are_asked_as_the_forms_of_training_ask(
    form: Any, columns: dict[str, list[Any]], asked: list[tuple[str, str]]
) -> None:
    assert turns(questions(rows(**columns), "predict", form)) == [asked]


@pytest.mark.parametrize(
    "form, columns, answer",
    [
        (PromptCompletion(), {"prompt": ["q"], "system": ["s"]}, "completion"),
        (PromptCompletion(), {"prompt": [[{"role": "user", "content": "q"}]]}, "completion"),
        (Instruction(), {"instruction": ["i"], "input": ["x"], "system": ["s"]}, "output"),
        (Instruction(), {"Instruction": ["i"], "context": ["x"]}, "response"),
        (Instruction(), {"instruction": ["i"], "history": [[["q", "a"]]], "system": ["s"]}, "output"),
        (QuestionAnswer(), {"ask": ["q"]}, "answer"),
        (QuestionContextAnswer(), {"问题": ["q"], "上下文": ["c"]}, "回答"),
        (QuestionAnswer(question="q", answer="a"), {"q": ["q"], "a": ["b"]}, "a"),
    ],
)
def test_a_question_is_what_training_puts_before_the_answer(
    form: Any, columns: dict[str, list[Any]], answer: str
) -> None:
    lists = isinstance(next(iter(columns.values()))[0], list)
    given = {**columns, answer: [[{"role": "assistant", "content": "a"}]] if lists else ["a"]}
    learnt, _, _ = form.shape(rows(**given), "objective.form")
    asked = questions(rows(**columns), "predict", form)
    assert turns(asked) == [turns(learnt)[0][:-1]]
