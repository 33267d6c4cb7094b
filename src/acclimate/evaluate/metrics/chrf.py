"""chrF of all answers together."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from acclimate.compat.sacrebleu import chrf_counts
from acclimate.core.answers import Kind, TextAnswers
from acclimate.core.extras import need_package
from acclimate.core.method import Method, option
from acclimate.core.scores import GroupSums
from acclimate.evaluate.answer_sums import RowSums


class Chrf(Method):
    """Corpus chrF2: 100 * 5 P R / (4 P + R), P and R the means of precision and recall of 1- to 6-grams of characters.

    Takes: texts beside their right answers; the best counts. Rows without one are not counted.

    Gives: `chrf`, 0 to 100; its interval weighs the counts of whole groups.

    Options: `word_order` 2 counts words and pairs of words too (chrF++).

    When to use: free answers in any script, since it needs no tokens, and languages that inflect. The number is
    sacrebleu's own.

    Source: Popović 2015 (chrF: character n-gram F-score), by the library sacrebleu.

    Raises: UserError if sacrebleu is not installed.
    """

    reads: ClassVar[Kind] = "texts"

    word_order: int = option(0, "longest n-gram of words that is counted too; 2 is chrF++", unit="words", ge=0, le=4)

    def sums(self, answers: TextAnswers) -> list[GroupSums]:
        need_package("sacrebleu", "generation", "evaluate.metrics")
        asked_R = [bool(gold) for gold in answers.gold]
        if not any(asked_R):
            return []
        orders = 6 + self.word_order
        counts_RP = np.zeros((len(asked_R), 3 * orders))
        for row, (gold, said) in enumerate(zip(answers.gold, answers.said, strict=True)):
            if gold:
                counts_RP[row] = chrf_counts(said, gold, self.word_order)
        words = f" and of 1 to {self.word_order} words" if self.word_order else ""
        unit = f"chrF of 100 (tokens: 1 to 6 characters{words})"
        return [RowSums(answers.groups).formula("chrf", unit, "chrf", np.split(counts_RP, 3, axis=1), asked_R)]
