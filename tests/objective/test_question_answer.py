import pyarrow as pa
import pytest

from acclimate.core.errors import UserError
from acclimate.objective.forms.question_answer import QuestionAnswer
from tests.objective.conversations_made import faults, rows, turns


@pytest.mark.parametrize(
    "question, answer",
    [("question", "answer"), ("Question", "Answer"), ("QUESTION", "ANSWER"), ("问题", "回答"), ("ask", "answer")],
)
def test_names_of_columns_in_any_capitalisation(question: str, answer: str) -> None:
    table = rows(**{question: ["什么是糖尿病?", "q2"], answer: ["一种慢性疾病。", "a2"], "department": ["x", "y"]})
    assert QuestionAnswer().fits(table)
    made, counts, said = QuestionAnswer().shape(table, "objective")
    assert turns(made)[0] == [("user", "什么是糖尿病?"), ("assistant", "一种慢性疾病。")]
    assert made.column("text").to_pylist() == ["什么是糖尿病?\n一种慢性疾病。", "q2\na2"]
    assert made.column("department").to_pylist() == ["x", "y"], "other columns stay"
    assert (counts.rows_in, counts.rows_out) == (2, 2)
    assert said == f"{question} -> user, {answer} -> assistant"


def test_a_text_that_is_there_stays() -> None:
    made, _, _ = QuestionAnswer().shape(rows(question=["q"], answer=["a"], text=["mine"]), "objective")
    assert made.column("text").to_pylist() == ["mine"]


def test_columns_of_other_names_by_option_and_a_system_prompt() -> None:
    table = rows(q=["one"], a=["two"], system=["Be brief."])
    assert not QuestionAnswer().fits(table)
    made, _, said = QuestionAnswer(question="q", answer="a").shape(table, "objective")
    assert turns(made) == [[("system", "Be brief."), ("user", "one"), ("assistant", "two")]]
    assert said == "system -> system, q -> user, a -> assistant"


def test_rows_without_a_value_are_named_each_kind_at_once() -> None:
    table = rows(question=["q", None, "  ", "q"], answer=["a", "a", "a", None])
    assert faults(QuestionAnswer().shape, table) == [
        "2 rows have no value in 'question': r1, r2",
        "1 rows have no value in 'answer': r3",
    ]


def test_empty_answers_are_named() -> None:
    many = rows(question=["q"] * 7, answer=[" "] * 7)
    assert faults(QuestionAnswer().shape, many) == ["7 rows have an empty answer: r0, r1, r2, r3, r4, ..."]


def test_two_columns_called_alike_and_a_missing_one() -> None:
    table = rows(question=["q"], Question=["q"], answer=["a"])
    assert faults(QuestionAnswer().shape, table) == ["columns question, Question are called alike"]
    with pytest.raises(UserError, match=r"no column 'anser'; did you mean answer\?"):
        QuestionAnswer(answer="anser").shape(rows(question=["q"], answer=["a"]), "objective")


def test_numbers_are_no_answers() -> None:
    assert not QuestionAnswer().fits(rows(question=["q"], answer=[1]))
    assert faults(QuestionAnswer(answer="answer").shape, rows(question=["q"], answer=pa.array([1]))) == [
        "column 'answer' holds int64"
    ]
