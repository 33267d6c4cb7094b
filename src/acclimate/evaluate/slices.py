"""The same scores by subgroup: sex, hospital, age band, language (docs/measuring.md, Subgroups).

A group (a patient) is in the subgroup of its first row. No subgroup of fewer than 10 groups is shown: such values are
folded into "other", and "other" itself is left out if it stays that small.

Legend of shapes: G groups.
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from pydantic import field_validator

from acclimate.core.method import Section, option
from acclimate.core.scores import GroupSums, Score
from acclimate.evaluate.change import FEWEST_GROUPS, Bootstrap, gap
from acclimate.evaluate.copying import values
from acclimate.evaluate.rows import EvalText
from acclimate.evaluate.scores import Place, gap_line, score_lines

FEWEST_SHOWN = 10
OTHER, MISSING = "other", "missing"
_ARMS = ("before", "after", "control")


class Slice(Section):
    """A column whose values are subgroups; numbers can be put into bands."""

    column: str = option(..., "a column of the rows, or a key of tagged records (its first value)")
    bands: tuple[float, ...] = option((), "where bands of a numeric column begin, rising: 0, 18, 40, 65")

    @field_validator("bands")
    @classmethod
    def _rising(cls, bands: tuple[float, ...]) -> tuple[float, ...]:
        if any(low >= high for low, high in itertools.pairwise(bands)):
            raise ValueError("numbers that rise")
        return bands

    def label(self, value: Any) -> str:
        """Give the subgroup of a value: itself, or the band it lies in; "missing" for what is empty or no number."""
        text = "" if value is None else str(value).strip()
        if not text or not self.bands:
            return text or MISSING
        try:
            number = float(text)
        except ValueError:
            return MISSING
        if not math.isfinite(number):
            return MISSING
        place = bisect.bisect_right(self.bands, number)
        if not place:
            return f"below {self.bands[0]:g}"
        low = f"{self.bands[place - 1]:g}"
        return f"{low} or more" if place == len(self.bands) else f"{low} to below {self.bands[place]:g}"


@dataclass(frozen=True)
class Subgroups:
    """The subgroups of one column: the label of each of the groups, "" for those that are not shown."""

    column: str
    label_G: tuple[str, ...]


def keys_of(text: EvalText) -> dict[str, str]:
    """Give the keys of a tagged record, each with its first value."""
    found: dict[str, str] = {}
    for key, value in values(text):
        if key:
            found.setdefault(key, value)
    return found


def subgroups(column: str, groups: Sequence[str], labels: Mapping[str, str]) -> Subgroups:
    """Give the subgroups that may be shown.

    Takes: the groups that were measured, and each one's label.
    """
    found = [labels[group] for group in groups]
    folded = [label if number >= FEWEST_SHOWN else OTHER for label, number in _counted(found)]
    return Subgroups(column, tuple(label if number >= FEWEST_SHOWN else "" for label, number in _counted(folded)))


def _counted(labels: Sequence[str]) -> list[tuple[str, int]]:
    counts = Counter(labels)
    return [(label, counts[label]) for label in labels]


def slice_lines(
    place: Place,
    sums: Mapping[str, Sequence[GroupSums]],
    of: Subgroups,
    bootstrap: Bootstrap,
    *,
    gaps: bool = True,
) -> list[Score]:
    """Give each arm's scores and their change in every subgroup and, if `gaps`, the largest gap between two of them.

    Gives: lines whose `slice` is "column=label"; gaps (`when: gap`) have "column: most - least", of the adapted model's
    score and, with `against: base`, of its change. A gap is between subgroups of at least 20 groups, neither "other" nor
    "missing".
    """
    lines: list[Score] = []
    parts: dict[str, dict[str, list[GroupSums]]] = {}
    whole = {when: [one for one in some if one.slice is None] for when, some in sums.items()}
    for label in sorted(set(of.label_G) - {""}, key=lambda one: (one in (OTHER, MISSING), one)):
        some_G = np.array([one == label for one in of.label_G])
        part = {when: [one.only(some_G) for one in whole[when]] for when in _ARMS if when in whole}
        part = {when: [one for one in some if one.measured] for when, some in part.items()}
        lines += [replace(line, slice=f"{of.column}={label}") for line in score_lines(place, part, bootstrap)]
        if int(some_G.sum()) >= FEWEST_GROUPS and label not in (OTHER, MISSING):
            parts[label] = part
    for one in whole["after"] if gaps else ():
        lines += _gaps(place, one.name, of.column, parts, bootstrap)
    return lines


def _gaps(
    place: Place, name: str, column: str, parts: Mapping[str, dict[str, list[GroupSums]]], bootstrap: Bootstrap
) -> list[Score]:
    found = []
    for other in (None, "before"):
        pairs = {}
        for label, part in parts.items():
            after, before = (_named(part.get(when, []), name) for when in ("after", other or ""))
            if after is not None and (before is not None or other is None):
                pairs[label] = (after, before)
        if len(pairs) > 1:
            labels = list(pairs)
            widest = gap(list(pairs.values()), bootstrap)
            between = f"{column}: {labels[widest.most]} - {labels[widest.least]}"
            example = pairs[labels[0]][0]
            n = sum(after.n for after, _ in pairs.values())
            found.append(gap_line(place, replace(example, n=n), widest.change, between, "base" if other else None))
    return found


def _named(sums: Sequence[GroupSums], name: str) -> GroupSums | None:
    return next((one for one in sums if one.name == name), None)
