"""Precision and recall of entities in one number."""

from __future__ import annotations

from typing import ClassVar

from acclimate.core.answers import Kind, SpanAnswers
from acclimate.core.method import Method
from acclimate.core.scores import GroupSums
from acclimate.evaluate.entity_counts import entity_rates


class EntityF1(Method):
    """Harmonic mean of entity precision and recall: 2 TP / (2 TP + FP + FN).

    Takes: entities in texts. One is right if its start, end and label are (strict).

    Gives: `entity_f1` of all labels together (micro); where there are several labels, of each as slices `label=NAME`. Where there
    is none and none is said it has no value.

    Options: none.

    When to use: to compare taggers, as papers do. Beside it `entity_precision` and `entity_recall` say what is wrong.

    Source: seqeval (Nakayama 2018) in its strict mode gives the same numbers.

    Raises: nothing.
    """

    reads: ClassVar[Kind] = "spans"

    def sums(self, answers: SpanAnswers) -> list[GroupSums]:
        unit = "harmonic mean of precision and recall"
        return entity_rates(
            answers, "entity_f1", unit, lambda counts: (2 * counts.right_R, counts.gold_R + counts.said_R)
        )
