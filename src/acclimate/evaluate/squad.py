"""Answers compared as SQuAD's evaluation compares them, in every script.

An answer is brought into one form: without case, ASCII marks, the articles a, an, the, and needless white space. Where it
holds characters of a script without spaces, all marks go and each such character is a token. On other text both scores
are those of SQuAD 2.0's `evaluate-v2.0.py`.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from acclimate.core.scores import GroupSums
from acclimate.core.text import WITHOUT_SPACES
from acclimate.evaluate.answer_sums import RowSums
from acclimate.evaluate.by_script import apart

TOKENS = "words; characters of scripts without spaces"
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_ASCII_MARKS = str.maketrans("", "", string.punctuation)


def squad_tokens(text: str) -> list[str]:
    """Give the tokens of an answer in its one form."""
    text = text.lower()
    if WITHOUT_SPACES.search(text):
        text = apart("".join(character for character in text if unicodedata.category(character)[0] != "P"))
    return _ARTICLES.sub(" ", text.translate(_ASCII_MARKS)).split()


def exact(gold: list[str], said: list[str]) -> float:
    """Give 1.0 if the tokens are the same."""
    return float(gold == said)


def f1(gold: list[str], said: list[str]) -> float:
    """Give 2 P R / (P + R) of the tokens that both have; where one side has none: 1.0 if neither has."""
    if not gold or not said:
        return float(gold == said)
    shared = sum((Counter(gold) & Counter(said)).values())
    return 2 * shared / (len(gold) + len(said))


def best(gold: Iterable[str], said: str, score: Callable[[list[str], list[str]], float]) -> float:
    """Give the best score over the right answers; without any, only an empty answer is right.

    Right answers of which nothing is left in the one form don't count.
    """
    right = [tokens for one in gold if (tokens := squad_tokens(one))] or [[]]
    mine = squad_tokens(said)
    return max(score(one, mine) for one in right)


def answered_apart(
    rows: RowSums, name: str, unit: str, value_R: Sequence[float], gold: Sequence[Sequence[str]]
) -> list[GroupSums]:
    """Give a score of all rows and, where some have a right answer and some have none, of both kinds apart."""
    answerable_R = np.array([any(squad_tokens(one) for one in some) for some in gold], dtype=np.bool_)
    parts = {"": np.ones(len(answerable_R), dtype=np.bool_)}
    if 0 < answerable_R.sum() < len(answerable_R):
        parts |= {"_answerable": answerable_R, "_unanswerable": ~answerable_R}
    return [rows.mean(f"{name}{part}", unit, value_R, some_R) for part, some_R in parts.items()]
