"""Scores of a hierarchy of labels, level by level."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from acclimate.core.answers import ClassAnswers, Kind
from acclimate.core.labels import levels_of
from acclimate.core.method import Method
from acclimate.core.scores import GroupSums
from acclimate.evaluate.class_counts import Counted, f1_parts


class Levels(Method):
    """`accuracy` and `macro_f1` of labels cut to their first levels: of `a > b > c` at level 2 `a > b`.

    Takes: classes of texts whose labels name their levels. A label with fewer levels stays as it is. A label that training
    never saw is wrong on every level, since only its absence is known.

    Gives: both scores as slices `level=1`, `level=2` and so on to the deepest; nothing if no label has levels.

    Options: none.

    When to use: codes of diseases or products, where the right chapter is worth something. Every score without a slice is
    of whole labels.

    Source: acclimate.

    Raises: nothing.
    """

    reads: ClassVar[Kind] = "classes"

    def sums(self, answers: ClassAnswers) -> list[GroupSums]:
        counted = Counted.of(answers)
        deepest = max((len(levels) for levels in levels_of(counted.names)), default=0)
        found = []
        for level in range(1, deepest + 1) if deepest > 1 else ():
            cut = counted.at_level(level)
            right = cut.rows.mean("accuracy", "share of texts that are right on this level", cut.right_N)
            found += [
                replace(one, slice=f"level={level}") for one in (right, *cut.mean("macro_f1", "F1", *f1_parts(cut)))
            ]
        return found
