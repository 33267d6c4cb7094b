"""How much of what is said to be an entity is one."""

from __future__ import annotations

from typing import ClassVar

from acclimate.core.answers import Kind, SpanAnswers
from acclimate.core.method import Method
from acclimate.core.scores import GroupSums
from acclimate.evaluate.entity_counts import entity_rates


class EntityPrecision(Method):
    """Share of the entities that are said that are right: TP / (TP + FP).

    Takes: entities in texts. One is right if its start, end and label are (strict).

    Gives: `entity_precision` of all labels together (micro); where there are several labels, of each as slices `label=NAME`. Where none
    is said it has no value.

    Options: none.

    When to use: false alarms are what costs. `entity_recall` is about what is missed.

    Source: seqeval (Nakayama 2018) in its strict mode gives the same numbers, but for the one without a value.

    Raises: nothing.
    """

    reads: ClassVar[Kind] = "spans"

    def sums(self, answers: SpanAnswers) -> list[GroupSums]:
        unit = "share of the entities that are said"
        return entity_rates(answers, "entity_precision", unit, lambda counts: (counts.right_R, counts.said_R))
