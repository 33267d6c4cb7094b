"""Rows with a question and an answer."""

from __future__ import annotations

from acclimate.core.method import Method, option
from acclimate.core.rows import Rows
from acclimate.objective.forms.turns import Shaped, find, from_columns, system_column, the_column

QUESTION, ANSWER, CONTEXT = ("question", "问题", "ask"), ("answer", "回答"), ("context", "上下文")


class QuestionAnswer(Method):
    """Read a question as what the user says, an answer as what the assistant answers.

    Takes: columns of text.

    Gives: `messages`; `text`, the contents joined by a line end, where there is none.

    Options: the columns (default: question, 问题 or ask; answer or 回答, in any capitalisation) and `system`, one with what
    stands before.

    When to use: question-and-answer tables. `question_context_answer` where the answer rests on a text given beside it.

    Source: acclimate.

    Raises: UserError naming rows without a question or with an empty answer.
    """

    question: str | None = option(None, "column of the question")
    answer: str | None = option(None, "column of the answer")
    system: str | None = option(None, "column of a system prompt (default: system, if there)")

    def fits(self, rows: Rows) -> bool:
        asked = find(rows, self.question, QUESTION) and find(rows, self.answer, ANSWER)
        return bool(asked) and not find(rows, None, CONTEXT)

    def shape(self, rows: Rows, where: str) -> Shaped:
        question = the_column(rows, self.question, QUESTION, f"{where}.question")
        answer = the_column(rows, self.answer, ANSWER, f"{where}.answer")
        system = system_column(rows, self.system, where)
        return from_columns(rows, where, [question], answer, system=system)
