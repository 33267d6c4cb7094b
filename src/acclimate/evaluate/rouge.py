"""ROUGE (Lin 2004) by the kept library `rouge-score`, with tokens that fit the script.

Legend of shapes: R rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from acclimate.core.answers import TextAnswers
from acclimate.core.extras import need_package
from acclimate.core.scores import GroupSums
from acclimate.evaluate.answer_sums import RowSums
from acclimate.evaluate.by_script import NAMES, Tokens, tokens_of

COUNTED = {"rouge1": "1-grams", "rouge2": "2-grams", "rougeL": "the longest common subsequence"}
Scorer = Callable[[Sequence[str], str], tuple[float, float, float]]
"""Right answers and what was said -> F1, precision, recall against the best of them."""


def rouge_sums(answers: TextAnswers, kind: str, way: Tokens, *, repeats: bool) -> list[GroupSums]:
    """Give F1 (called `kind`), precision and recall, each the mean over rows that have a right answer.

    Takes: `kind`, rouge1, rouge2 or rougeL; `repeats`, whether what stands twice counts twice.
    Raises: UserError if `rouge-score` is not installed.
    """
    need_package("rouge_score", "generation", "evaluate.metrics")
    asked_R = [bool(gold) for gold in answers.gold]
    if not any(asked_R):
        return []
    score = _by_library(kind, way) if repeats else _each_once(kind, way)
    value_R3 = np.zeros((len(asked_R), 3))
    for row, (gold, said) in enumerate(zip(answers.gold, answers.said, strict=True)):
        if gold:
            value_R3[row] = score(gold, said)
    rows, of = RowSums(answers.groups), f"of {COUNTED[kind]}{'' if repeats else ', each once'} (tokens: {NAMES[way]})"
    names = {kind: "F1", f"{kind}_precision": "precision", f"{kind}_recall": "recall"}
    return [
        rows.mean(name, f"{what} {of}", value_R3[:, place], asked_R) for place, (name, what) in enumerate(names.items())
    ]


class _Tokenizer:
    """What `rouge-score` asks for tokens."""

    def __init__(self, way: Tokens) -> None:
        self._way = way

    def tokenize(self, text: str) -> list[str]:
        return tokens_of(text, self._way)


def _by_library(kind: str, way: Tokens) -> Scorer:
    from rouge_score.rouge_scorer import RougeScorer

    scorer = RougeScorer([kind], tokenizer=_Tokenizer(way))

    def score(gold: Sequence[str], said: str) -> tuple[float, float, float]:
        found = scorer.score_multi(gold, said)[kind]
        return found.fmeasure, found.precision, found.recall

    return score


def _each_once(kind: str, way: Tokens) -> Scorer:
    """Count as the `rouge` package does: distinct n-grams, and the distinct tokens of the subsequence and of each side."""
    from rouge_score.rouge_scorer import lcs_ind

    def shared(right: list[str], mine: list[str]) -> tuple[int, int, int]:
        if kind == "rougeL":
            return len({right[place] for place in lcs_ind(right, mine)}), len(set(right)), len(set(mine))
        one, other = (_grams(tokens, int(kind.removeprefix("rouge"))) for tokens in (right, mine))
        return len(one & other), len(one), len(other)

    def score(gold: Sequence[str], said: str) -> tuple[float, float, float]:
        found = []
        for one in gold:
            both, right, mine = shared(tokens_of(one, way), tokens_of(said, way))
            found.append((2 * both / max(right + mine, 1), both / max(mine, 1), both / max(right, 1)))
        return max(found, key=lambda three: three[0])

    return score


def _grams(tokens: Sequence[str], length: int) -> set[tuple[str, ...]]:
    return {tuple(tokens[start : start + length]) for start in range(len(tokens) - length + 1)}
