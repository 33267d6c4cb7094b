"""One number of the whole confusion matrix."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np

from acclimate.core.answers import ClassAnswers, Kind
from acclimate.core.method import Method
from acclimate.core.scores import GroupSums
from acclimate.evaluate.class_counts import Counted, Marks


class Matthews(Method):
    """Matthews' correlation of right and said labels (of two labels, and of more: R_K).

    With n texts, c of them right, t_k with label k and p_k said to have it:

        (c n - sum t_k p_k) / sqrt((n^2 - sum p_k^2) (n^2 - sum t_k^2))

    Takes: classes of texts. A label that training never saw is one more label, which is never said.

    Gives: `matthews`, -1 to 1, 0 for guessing; where several labels may hold, that of each label as slices `label=NAME`.
    It has no value where all texts have one label, or are said to (scikit-learn then gives 0). Nothing where a score is
    answered.

    Options: none.

    When to use: uneven labels, where both kinds of mistakes count. `macro_f1` leaves right negatives out.

    Source: Gorodkin 2004; scikit-learn's matthews_corrcoef gives the same number.

    Raises: nothing.
    """

    reads: ClassVar[Kind] = "classes"

    def sums(self, answers: ClassAnswers) -> list[GroupSums]:
        counted = Counted.of(answers)
        if not counted.names:
            return []
        if not counted.several:
            new_N1 = ~counted.gold_NK.any(axis=1, keepdims=True)
            gold_NK = np.concatenate([counted.gold_NK, new_N1], axis=1)
            said_NK = np.concatenate([counted.said_NK, np.zeros_like(new_N1)], axis=1)
            found = [_matthews(counted, gold_NK, said_NK)]
        else:
            both = [(label, counted.gold_NK[:, [label]], counted.said_NK[:, [label]]) for label in counted.shown]
            found = [
                replace(
                    _matthews(counted, np.hstack([gold, ~gold]), np.hstack([said, ~said])),
                    slice=counted.slice_of(label),
                )
                for label, gold, said in both
            ]
        return [one for one in found if one.measured]


def _matthews(counted: Counted, gold_NK: Marks, said_NK: Marks) -> GroupSums:
    right_N1 = (gold_NK & said_NK).any(axis=1, keepdims=True)
    parts = [np.asarray(some, dtype=np.float64) for some in (right_N1, gold_NK, said_NK)]
    return counted.rows.formula("matthews", "correlation of right and said labels", "matthews", parts)
