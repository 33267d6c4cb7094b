"""Which of several copies stays: the one in the strongest role, there the first."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from acclimate.core.rows import ROLE, Rows
from acclimate.prepare.columns import Codes, encoded

Marks = npt.NDArray[np.bool_]
_STRENGTH = {"test": 0, "validation": 1, "train": 2}


def strengths(rows: Rows) -> Codes:
    """Give a number a row: 0 for test, 1 for validation, 2 for training. Of copies the lowest stays."""
    number_R, roles = encoded(rows.column(ROLE))
    return np.array([_STRENGTH[role] for role in roles], dtype=np.int64)[number_R]


def originals(code_R: Codes, strength_R: Codes, keep: Literal["first", "last"] = "first") -> Codes:
    """Give for each row the place of the copy that stays (its own if it is the one). Rows with equal codes are copies."""
    place_R = np.arange(len(code_R))[:: 1 if keep == "first" else -1]
    order = place_R[np.lexsort((strength_R[place_R], code_R[place_R]))]  # stable: equal ones stay in their order
    begins = np.diff(code_R[order], prepend=code_R[order][:1] - 1) != 0
    original_R = np.empty(len(code_R), dtype=np.int64)
    original_R[order] = order[begins][np.cumsum(begins) - 1]
    return original_R


def reasons(original_R: Codes, strength_R: Codes, kind: str) -> dict[str, int]:
    """Count the rows that go by the role of the row they are a copy of. `kind` is what they are called: "copy"."""
    gone_R = original_R != np.arange(len(original_R))
    strongest_R = strength_R[original_R]
    removed: dict[str, int] = {}
    for strength, role in enumerate(_STRENGTH):
        there_R = gone_R & (strongest_R == strength)
        for reason, mark_R in (
            (f"{kind} within {role}", there_R & (strength_R == strength)),
            (f"{kind} of a {role} row", there_R & (strength_R != strength)),
        ):
            if mark_R.any():
                removed[reason] = int(mark_R.sum())
    return removed
