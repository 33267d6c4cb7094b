"""Rows with a question, a text that it is about, and an answer."""

from __future__ import annotations

from acclimate.core.method import Method, option
from acclimate.core.rows import Rows
from acclimate.objective.forms.question_answer import ANSWER, CONTEXT, QUESTION
from acclimate.objective.forms.turns import Shaped, find, from_columns, system_column, the_column


class QuestionContextAnswer(Method):
    """Read a context with the question under it as what the user says, the answer as what the assistant answers.

    Takes: columns of text. A context may be empty.

    Gives: `messages`: context, an empty line, question; then the answer. `text`, the contents joined by line ends, where
    there is none.

    Options: the columns (default: question, 问题 or ask; context or 上下文; answer or 回答, in any capitalisation) and
    `system`, one with what stands before.

    When to use: answers in words of their own that rest on a given text. Where the answer is a stretch of the context, the
    objective `extract` finds it.

    Source: acclimate.

    Raises: UserError naming rows without a question or with an empty answer.
    """

    question: str | None = option(None, "column of the question")
    context: str | None = option(None, "column of the text that the question is about")
    answer: str | None = option(None, "column of the answer")
    system: str | None = option(None, "column of a system prompt (default: system, if there)")

    def fits(self, rows: Rows) -> bool:
        wanted = ((self.question, QUESTION), (self.context, CONTEXT), (self.answer, ANSWER))
        return all(find(rows, given, names) for given, names in wanted)

    def shape(self, rows: Rows, where: str) -> Shaped:
        question = the_column(rows, self.question, QUESTION, f"{where}.question")
        context = the_column(rows, self.context, CONTEXT, f"{where}.context")
        answer = the_column(rows, self.answer, ANSWER, f"{where}.answer")
        system = system_column(rows, self.system, where)
        return from_columns(rows, where, [context, question], answer, optional=[context], system=system)
