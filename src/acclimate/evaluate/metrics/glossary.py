"""The terms of a glossary in answers."""

from __future__ import annotations

from typing import ClassVar

from acclimate.core.answers import Kind, TextAnswers
from acclimate.core.method import Method, option
from acclimate.core.scores import GroupSums
from acclimate.evaluate.answer_sums import RowSums
from acclimate.evaluate.rows import EvalText
from acclimate.evaluate.terms import Finder
from acclimate.evaluate.terms_glossary import read_glossary


class Glossary(Method):
    """Recall and precision of a glossary's terms in answers: terms in both / terms in the right answer (in the answer).

    Takes: texts beside their right answers; of several the one whose terms differ least from what was said. Rows without
    a right answer are not counted.

    Gives: `glossary_recall` and `glossary_precision`, 0 to 1, each summed over rows before it is divided; a score without
    any term below the line has no value. A term counts once a row.

    Options: `terms` is a file as for `evaluate.terms`: one a line, or a taxonomy. Terms are found by their words without
    case, the longest first: `heart failure` is not `heart`. Of several glossaries each needs a name of its own: `called:
    drugs` gives `drugs_recall` and `drugs_precision`.

    When to use: where the domain's own words have to be said, whatever stands around them. A synonym counts only if the
    glossary has it, and then as another term.

    Source: acclimate.

    Raises: UserError for a glossary that can't be read.
    """

    reads: ClassVar[Kind] = "texts"

    terms: str = option(..., "a glossary: a text file with one term a line, or a taxonomy")
    called: str = option("glossary", "what its scores are called, before _recall and _precision")

    def sums(self, answers: TextAnswers) -> list[GroupSums]:
        finder = Finder(read_glossary(self.terms, "evaluate.metrics, glossary: terms"))
        counts = [_counts(finder, gold, said) for gold, said in zip(answers.gold, answers.said, strict=True)]
        rows, shared_R = RowSums(answers.groups), [both for both, _, _ in counts]
        recall, precision = f"{self.called}_recall", f"{self.called}_precision"
        return [
            rows.ratio(recall, "share of the right answer's terms", shared_R, [right for _, right, _ in counts]),
            rows.ratio(precision, "share of the answer's terms", shared_R, [mine for _, _, mine in counts]),
        ]


def _counts(finder: Finder, gold: tuple[str, ...], said: str) -> tuple[int, int, int]:
    """Give how many terms stand in both, in the right answer, in what was said."""
    if not gold:
        return 0, 0, 0
    mine = _terms(finder, said)
    right = min((_terms(finder, one) for one in gold), key=lambda terms: len(terms ^ mine))
    return len(right & mine), len(right), len(mine)


def _terms(finder: Finder, text: str) -> set[int]:
    return {place.term for place in finder.places(EvalText("", "", text))}
