"""BLEU of all answers together."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from acclimate.compat.sacrebleu import bleu_counts
from acclimate.core.answers import Kind, TextAnswers
from acclimate.core.extras import need_package
from acclimate.core.method import Method
from acclimate.core.scores import GroupSums
from acclimate.evaluate.answer_sums import RowSums
from acclimate.evaluate.by_script import apart


class Bleu(Method):
    """Corpus BLEU: 100 * brevity penalty * geometric mean of the precisions of 1- to 4-grams, over all answers together.

    Takes: texts beside their right answers, of which several may match. Rows without one are not counted.

    Gives: `bleu`, 0 to 100; its interval weighs the counts of whole groups.

    Options: none. Tokens are those of sacrebleu's 13a, after characters of scripts without spaces are set apart: in
    English the number is sacrebleu's own.

    When to use: to be compared with published numbers; answers of several words. On answers below four tokens it is 0:
    use `chrf` or `token_f1` there.

    Source: Papineni et al. 2002; Post 2018 (A Call for Clarity in Reporting BLEU Scores), by the library sacrebleu.

    Raises: UserError if sacrebleu is not installed.
    """

    reads: ClassVar[Kind] = "texts"

    def sums(self, answers: TextAnswers) -> list[GroupSums]:
        need_package("sacrebleu", "generation", "evaluate.metrics")
        asked_R = [bool(gold) for gold in answers.gold]
        if not any(asked_R):
            return []
        counts_RP = np.zeros((len(asked_R), 9))
        for row, (gold, said) in enumerate(zip(answers.gold, answers.said, strict=True)):
            if gold:
                counts_RP[row] = bleu_counts(apart(said), [apart(one) for one in gold])
        unit = "BLEU of 100 (tokens: 13a; characters of scripts without spaces)"
        return [RowSums(answers.groups).formula("bleu", unit, "bleu", np.split(counts_RP, [4, 8], axis=1), asked_R)]
