"""What a model answers about rows, beside what is right: what `predict/` gives and the metrics read.

Legend of shapes: N rows, K labels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from acclimate.core.labels import Labels

Floats = npt.NDArray[np.float64]
DIGITS = 6
"""Decimals of a probability that is told."""


@dataclass(frozen=True)
class ClassAnswers:
    """Classes (or scores) of texts.

    `probability_NK`: softmax or sigmoid of the model's outputs, or the score itself. `gold_NK`: 1 where a label holds, or
    the right score; a row of zeros where the right label is one that training never saw. `threshold_K`: from which
    probability a label is said to hold (several; of two: the second's); None: the most probable one is said.
    `row_ids` and `groups` (what is resampled) belong to the N rows.
    """

    row_ids: tuple[str, ...]
    groups: tuple[str, ...]
    labels: Labels
    gold_NK: Floats
    probability_NK: Floats
    threshold_K: Floats | None = None

    def said_NK(self) -> npt.NDArray[np.bool_]:
        """Give which labels are said to hold."""
        if self.labels.kind == "several":
            threshold_K = np.full(len(self.labels.names), 0.5) if self.threshold_K is None else self.threshold_K
            return np.asarray(self.probability_NK >= threshold_K)
        said_NK = np.zeros(self.probability_NK.shape, dtype=np.bool_)
        best_N = self.probability_NK.argmax(axis=1)
        if self.threshold_K is not None and self.labels.positive is not None:
            best_N = (self.probability_NK[:, 1] >= self.threshold_K[1]).astype(np.int64)
        said_NK[np.arange(len(best_N)), best_N] = True
        return said_NK

    def answered_N(self, abstain_below: float | None) -> npt.NDArray[np.bool_]:
        """Give which rows are answered: those whose most probable label is as probable, in the decimals that are told."""
        if abstain_below is None:
            return np.ones(len(self.row_ids), dtype=np.bool_)
        return np.asarray(np.round(self.probability_NK.max(axis=1), DIGITS) >= abstain_below)


@dataclass(frozen=True)
class Span:
    """A stretch of a text, in characters (end exclusive), with its label and the model's probability (1: it is right)."""

    start: int
    end: int
    label: str
    score: float = 1.0


@dataclass(frozen=True)
class SpanAnswers:
    """Entities in texts. A span is found if start, end and label are right (strict)."""

    row_ids: tuple[str, ...]
    groups: tuple[str, ...]
    labels: tuple[str, ...]
    gold: tuple[tuple[Span, ...], ...]
    said: tuple[tuple[Span, ...], ...]


@dataclass(frozen=True)
class Found:
    """An answer in a context: its characters (end exclusive), and the model's probability; both 0 and 0: there is none."""

    text: str
    start: int
    end: int
    score: float


@dataclass(frozen=True)
class TextAnswers:
    """Texts: an answer found in a context, or a generated one. `gold` may hold several right ones; none: unanswerable.

    `tokens` is the length of each answer in the model's own tokens; `cut` marks those that were still going on when
    max_new_tokens was reached. Both are empty where nothing was generated. `found`: where each stands that was found in a context.
    """

    row_ids: tuple[str, ...]
    groups: tuple[str, ...]
    gold: tuple[tuple[str, ...], ...]
    said: tuple[str, ...]
    tokens: tuple[int, ...] = ()
    cut: tuple[bool, ...] = ()
    found: tuple[Found, ...] = ()


Answers = ClassAnswers | SpanAnswers | TextAnswers
Kind = Literal["classes", "spans", "texts"]
"""Which answers a metric reads."""
