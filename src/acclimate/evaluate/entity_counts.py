"""Right, said and gold entities of each row, and rates of them: all labels together (micro), and each label by itself.

An entity is found if start, end and label are right. A rate that would divide by 0 is left out.

Legend of shapes: R rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from acclimate.core.answers import Span, SpanAnswers
from acclimate.core.scores import Floats, GroupSums
from acclimate.evaluate.answer_sums import RowSums
from acclimate.evaluate.rows import sum_by
from acclimate.evaluate.slices import FEWEST_SHOWN


@dataclass(frozen=True)
class EntityCounts:
    """How many entities of each row are right, are gold, and were said."""

    right_R: Floats
    gold_R: Floats
    said_R: Floats

    @classmethod
    def of(cls, answers: SpanAnswers, label: str | None = None) -> EntityCounts:
        """Count the entities of a label (None: of all)."""
        gold, said = ([_keys(spans, label) for spans in rows] for rows in (answers.gold, answers.said))
        right = [len(mine & theirs) for mine, theirs in zip(gold, said, strict=True)]
        return cls(*(np.array(counts, dtype=np.float64) for counts in (right, _sizes(gold), _sizes(said))))


Parts = Callable[[EntityCounts], tuple[Floats, Floats]]


def entity_rates(answers: SpanAnswers, name: str, unit: str, parts: Parts) -> list[GroupSums]:
    """Give a rate of all entities and, where there are several labels, of each that at least 10 groups have, as slices.

    Takes: `parts`, what each row adds above and below the line.
    """
    rows, whole = RowSums(answers.groups), EntityCounts.of(answers)
    found = _rate(rows, name, unit, parts(whole))
    for label in answers.labels if len(answers.labels) > 1 else ():
        counts = EntityCounts.of(answers, label)
        if len(np.unique(rows.place_R[counts.gold_R > 0])) >= FEWEST_SHOWN:
            found += [replace(one, slice=f"label={label}") for one in _rate(rows, name, unit, parts(counts))]
    return found


def _rate(rows: RowSums, name: str, unit: str, parts: tuple[Floats, Floats]) -> list[GroupSums]:
    """Give sum above / sum below, where there is something to divide by. `n` counts rows that have to do with it."""
    above_R, below_R = parts
    one = rows.ratio(name, unit, above_R, below_R)
    n_G = sum_by(rows.place_R, below_R > 0, rows.groups)
    return [replace(one, n=int(n_G.sum()), n_G=n_G)] if one.n else []


def _keys(spans: tuple[Span, ...], label: str | None) -> set[tuple[int, int, str]]:
    return {(one.start, one.end, one.label) for one in spans if label in (None, one.label)}


def _sizes(rows: list[set[tuple[int, int, str]]]) -> list[int]:
    return [len(row) for row in rows]
