"""ROUGE-L: the longest common subsequence of words."""

from __future__ import annotations

from typing import ClassVar

from acclimate.core.answers import Kind, TextAnswers
from acclimate.core.method import Method, option
from acclimate.core.scores import GroupSums
from acclimate.evaluate.by_script import Tokens
from acclimate.evaluate.rouge import rouge_sums


class RougeL(Method):
    """ROUGE-L: as ROUGE-1, the shared tokens being the longest common subsequence: in one order, with gaps.

    Takes: texts beside their right answers. Rows without one are not counted; of several the best counts.

    Gives: `rougeL` (F1), `rougeL_precision`, `rougeL_recall`, each 0 to 1, the mean over rows.

    Options: `whitespace` keeps capitals and the marks that hang on words. With `repeats: false` as well, sentences score
    what the `rouge` package gives them.

    When to use: the common choice for free answers: it asks for order without asking for neighbours.

    Source: Lin 2004 (ROUGE: A Package for Automatic Evaluation of Summaries), by the library rouge-score.

    Raises: UserError if rouge-score is not installed.
    """

    reads: ClassVar[Kind] = "texts"

    tokens: Tokens = option("script", "what one token is: by script (words, or characters where no spaces are written)")
    repeats: bool = option(True, "whether what stands twice counts twice")

    def sums(self, answers: TextAnswers) -> list[GroupSums]:
        return rouge_sums(answers, "rougeL", self.tokens, repeats=self.repeats)
