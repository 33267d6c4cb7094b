"""Answers that are right in part, as SQuAD counts them."""

from __future__ import annotations

from typing import ClassVar

from acclimate.core.answers import Kind, TextAnswers
from acclimate.core.method import Method
from acclimate.core.scores import GroupSums
from acclimate.evaluate.answer_sums import RowSums
from acclimate.evaluate.squad import TOKENS, answered_apart, best, f1


class TokenF1(Method):
    """F1 of the tokens that an answer shares with a right one: 2 P R / (P + R), the mean over rows.

    Takes: texts beside their right answers; the best counts. Without a right one the row is unanswerable: 1 for saying
    nothing, else 0.

    Gives: `token_f1`, 0 to 1; where some rows are unanswerable and some not, of both kinds apart as well:
    `token_f1_answerable`, `token_f1_unanswerable`.

    Options: none. Tokens are counted without case, marks and English articles, as SQuAD does (of scripts without spaces:
    characters without marks).

    When to use: answers of a few words, beside `exact_match`. For whole sentences use `rougeL` or `chrf`.

    Source: Rajpurkar et al. 2018 (Know What You Don't Know), whose evaluation gives the same number.

    Raises: nothing.
    """

    reads: ClassVar[Kind] = "texts"

    def sums(self, answers: TextAnswers) -> list[GroupSums]:
        value_R = [best(gold, said, f1) for gold, said in zip(answers.gold, answers.said, strict=True)]
        unit = f"F1 of tokens ({TOKENS}; in SQuAD's form)"
        return answered_apart(RowSums(answers.groups), "token_f1", unit, value_R, answers.gold)
