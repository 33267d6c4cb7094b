from acclimate.objective.forms.question_answer import QuestionAnswer
from acclimate.objective.forms.question_context_answer import QuestionContextAnswer
from tests.objective.conversations_made import rows, turns


def test_the_context_stands_above_the_question() -> None:
    table = rows(Question=["Who?", "When?"], Context=["Ann came.", None], Answer=["Ann", "now"])
    assert QuestionContextAnswer().fits(table)
    assert not QuestionAnswer().fits(table), "the context would be lost"
    made, _, said = QuestionContextAnswer().shape(table, "objective")
    assert turns(made) == [
        [("user", "Ann came.\n\nWho?"), ("assistant", "Ann")],
        [("user", "When?"), ("assistant", "now")],
    ]
    assert said == "Context + Question -> user, Answer -> assistant"


def test_without_a_context_it_does_not_fit() -> None:
    assert not QuestionContextAnswer().fits(rows(question=["q"], answer=["a"]))
