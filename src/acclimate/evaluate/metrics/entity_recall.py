"""How many of the entities are found."""

from __future__ import annotations

from typing import ClassVar

from acclimate.core.answers import Kind, SpanAnswers
from acclimate.core.method import Method
from acclimate.core.scores import GroupSums
from acclimate.evaluate.entity_counts import entity_rates


class EntityRecall(Method):
    """Share of the entities that are found: TP / (TP + FN).

    Takes: entities in texts. One is right if its start, end and label are (strict).

    Gives: `entity_recall` of all labels together (micro); where there are several labels, of each as slices `label=NAME`. Where there
    is none it has no value.

    Options: none.

    When to use: a missed entity is what costs. `entity_precision` is about false alarms.

    Source: seqeval (Nakayama 2018) in its strict mode gives the same numbers, but for the one without a value.

    Raises: nothing.
    """

    reads: ClassVar[Kind] = "spans"

    def sums(self, answers: SpanAnswers) -> list[GroupSums]:
        unit = "share of the entities"
        return entity_rates(answers, "entity_recall", unit, lambda counts: (counts.right_R, counts.gold_R))
