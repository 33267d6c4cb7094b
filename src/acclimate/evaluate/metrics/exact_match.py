"""Answers that are right to the letter, as SQuAD counts them."""

from __future__ import annotations

from typing import ClassVar

from acclimate.core.answers import Kind, TextAnswers
from acclimate.core.method import Method, option
from acclimate.core.scores import GroupSums
from acclimate.evaluate.answer_sums import RowSums
from acclimate.evaluate.squad import answered_apart, best, exact


class ExactMatch(Method):
    """Share of answers that equal a right one: answers said exactly / rows.

    Takes: texts beside their right answers. Without a right one the row is unanswerable: right is to say nothing.

    Gives: `exact_match`, 0 to 1; where some rows are unanswerable and some not, of both kinds apart as well:
    `exact_match_answerable`, `exact_match_unanswerable`.

    Options: `normalise` compares as SQuAD does, so that case, marks, English articles and white space don't count (of
    scripts without spaces: all marks and white space).

    When to use: short answers: names, codes, numbers, spans of a context. `token_f1` gives credit for parts.

    Source: Rajpurkar et al. 2018 (Know What You Don't Know), whose evaluation gives the same number.

    Raises: nothing.
    """

    reads: ClassVar[Kind] = "texts"

    normalise: bool = option(True, "without case, marks, English articles and needless white space, as SQuAD does")

    def sums(self, answers: TextAnswers) -> list[GroupSums]:
        right_R = [self._right(gold, said) for gold, said in zip(answers.gold, answers.said, strict=True)]
        unit = "share of answers that are right" + (" in SQuAD's form" if self.normalise else " to the letter")
        return answered_apart(RowSums(answers.groups), "exact_match", unit, right_R, answers.gold)

    def _right(self, gold: tuple[str, ...], said: str) -> float:
        return best(gold, said, exact) if self.normalise else float(said in (gold or ("",)))
