"""How long answers are, and how many were cut."""

from __future__ import annotations

from typing import ClassVar

from acclimate.core.answers import Kind, TextAnswers
from acclimate.core.method import Method
from acclimate.core.scores import GroupSums
from acclimate.evaluate.answer_sums import RowSums


class AnswerLength(Method):
    """Mean length of the answers, and the share that was still going on when `max_new_tokens` was reached.

    Takes: texts with the length of each in the model's own tokens.

    Gives: `answer_length` (tokens a row) and `answers_cut`, 0 to 1; nothing for answers that were not generated.

    Options: none.

    When to use: beside every score of generated text: a model that never stops loses precision by its length alone, and
    one that stops at once loses recall. No length is good in itself; that `better` says lower for it means nothing.

    Source: acclimate.

    Raises: nothing.
    """

    reads: ClassVar[Kind] = "texts"

    def sums(self, answers: TextAnswers) -> list[GroupSums]:
        rows, found = RowSums(answers.groups), []
        if answers.tokens:
            found.append(rows.mean("answer_length", "tokens an answer", answers.tokens, better="lower"))
        if answers.cut:
            unit = "share of answers cut at max_new_tokens"
            found.append(rows.mean("answers_cut", unit, answers.cut, better="lower"))
        return found
