"""What is kept of a measurement so that another run can be compared with it later: sums over groups, numbers only.

Names of groups (patients) are not kept: two measurements whose fingerprints agree have the same groups in the same order.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from acclimate.core.artifact import fingerprint
from acclimate.core.cells import Cells
from acclimate.core.scores import Floats, GroupSums
from acclimate.evaluate.measure import Measured
from acclimate.evaluate.rows import EvalText


@dataclass(frozen=True)
class Kept:
    """One data set as every arm of a run saw it.

    `rows`, `groups` and `asked` are fingerprints: of the rows' names and texts, of the group of each, of windows and
    hidden characters. `arms` holds the sums by `when` (before, start, after). `refused` as in `Measured`.
    """

    rows: str
    groups: str
    asked: str
    arms: dict[str, list[GroupSums]]
    refused: str = ""

    def as_json(self) -> dict[str, Any]:
        """Give plain data for JSON; a sum that is no finite number becomes null."""
        arms = {when: [_plain(one) for one in sums] for when, sums in self.arms.items()}
        return {"rows": self.rows, "groups": self.groups, "asked": self.asked, "refused": self.refused, "arms": arms}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Kept:
        """Undo `as_json`; groups are called by their number."""
        arms = {when: [_sums(one) for one in sums] for when, sums in data["arms"].items()}
        return cls(data["rows"], data["groups"], data["asked"], arms, data["refused"])


def keep(texts: Sequence[EvalText], measured: Measured) -> Kept:
    """Give what is kept of `measured`, which was measured on `texts`."""
    windows = [[one.row, one.header, one.context_start, one.score_start, one.end] for one in measured.windows]
    hidden = [[one.window, one.spans_U2.tolist()] for one in measured.hidden]
    return Kept(
        rows=fingerprint([[text.row_id, text.text] for text in texts]),
        groups=fingerprint([text.group for text in texts]),
        asked=fingerprint(windows, hidden),
        arms={when: [_unnamed(one) for one in sums if one.slice is None] for when, sums in measured.sums.items()},
        refused=measured.refused,
    )


def keep_answers(texts: Sequence[EvalText], asked: str, sums: Mapping[str, Sequence[GroupSums]]) -> Kept:
    """Give what is kept of a task's scores. Takes: `asked`, a fingerprint of what was asked for (the labels)."""
    arms = {when: [_unnamed(one) for one in some if one.slice is None] for when, some in sums.items()}
    names = fingerprint([[text.row_id, text.text] for text in texts])
    return Kept(names, fingerprint([text.group for text in texts]), asked, arms)


def comparable(one: GroupSums, other: GroupSums) -> bool:
    """Say whether two scores divide by the very same (perplexities of two tokenizers do not) and are of one formula."""
    formulas = [None if some.cells is None else some.cells.formula for some in (one, other)]
    if formulas[0] != formulas[1] or (one.name, one.unit) != (other.name, other.unit):
        return False
    return np.array_equal(one.denominator_G, other.denominator_G, equal_nan=True)


def _unnamed(one: GroupSums) -> GroupSums:
    numbers = tuple(str(number) for number in range(len(one.groups)))
    return replace(one, groups=numbers, n_G=None)


def _plain(one: GroupSums) -> dict[str, Any]:
    sums: dict[str, Any] = {"numerator": _numbers(one.numerator_G), "denominator": _numbers(one.denominator_G)}
    if one.cells is not None:
        sums = {"denominator": sums["denominator"], "cells": one.cells.as_json()}
    return {"name": one.name, "unit": one.unit, "better": one.better, "n": one.n, "transform": one.transform, **sums}


def _numbers(values_G: Floats) -> list[float | None]:
    return [float(value) if math.isfinite(value) else None for value in values_G]


def _sums(data: dict[str, Any]) -> GroupSums:
    below_G = np.array(data["denominator"], dtype=np.float64)
    groups = tuple(str(number) for number in range(len(below_G)))
    if "cells" in data:
        cells = Cells.from_json(data["cells"])
        return GroupSums.of_cells(data["name"], data["unit"], data["better"], groups, below_G, cells)
    above_G = np.array(data["numerator"], dtype=np.float64)
    return GroupSums(data["name"], data["unit"], data["better"], groups, above_G, below_G, data["n"], data["transform"])
