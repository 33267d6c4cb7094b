"""How far copying gets: floors of masked accuracy on tagged records, which repeat themselves (docs/measuring.md, Arms).

Legend of shapes: U hidden units of all passes and windows in order.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from acclimate.core.scores import GroupSums
from acclimate.core.text import field_spans
from acclimate.evaluate.hidden import Hidden
from acclimate.evaluate.rows import EvalText, groups_of, sum_by
from acclimate.evaluate.windows import Window

Value = tuple[str, str]
"""Key and value of one field."""
NEW, REPEATED = "value=new", "value=repeated"
"""Slices of the scores: values by whether their row has them elsewhere (decoders: before) under the same key."""


def values(text: EvalText) -> list[Value]:
    """Give key and value of each unit of a tagged record, in order (no key: an empty one)."""
    if text.tagged is None:
        return []
    fields_U2 = field_spans(text.text, text.tagged.separator, text.tagged.tags)
    units_U2 = text.units()
    field_U = np.searchsorted(fields_U2[:, 0], units_U2[:, 0], side="right") - 1
    return [
        (text.text[fields_U2[field, 0] : start].rstrip().removesuffix(":").rstrip(), text.text[start:end])
        for field, (start, end) in zip(field_U, units_U2, strict=True)
    ]


def stood_before(text: EvalText) -> npt.NDArray[np.bool_]:
    """Say of each value of a tagged record whether it stood in the record before under the same key."""
    seen: set[Value] = set()
    found = []
    for value in values(text):
        found.append(value in seen)
        seen.add(value)
    return np.array(found, dtype=np.bool_)


def repeats(texts: Sequence[EvalText], windows: Sequence[Window], hidden: Sequence[Hidden]) -> npt.NDArray[np.bool_]:
    """Say of each hidden unit whether its row has the same value under the same key elsewhere.

    False for a span that is not exactly one value.
    """
    found = []
    counted_of: list[Value] | None = None
    counted: Counter[Value] = Counter()
    for own, unit in _hidden_values(texts, windows, hidden):
        if own is not counted_of:
            counted_of, counted = own, Counter(own)
        found.append(unit >= 0 and counted[own[unit]] > 1)
    return np.array(found, dtype=np.bool_)


def copying_floors(
    texts: Sequence[EvalText], windows: Sequence[Window], hidden: Sequence[Hidden], training: Iterable[EvalText]
) -> dict[str, list[GroupSums]]:
    """Give masked accuracy of two who know no language: one says the value that the key had last before in the same
    row, the other the value that the key has most often in the training texts (ties: the first in order of text).

    Takes: what was measured (`Measured.windows`, `Measured.hidden`). Gives: scores over the groups of `texts`, of all
    hidden values (under the empty name), of new and of repeated ones.
    """
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for text in training:
        for key, value in values(text):
            counted[key][value] += 1
    most = {key: min(counter, key=lambda value: (-counter[value], value)) for key, counter in counted.items()}
    last_U, most_U = [], []
    for own, unit in _hidden_values(texts, windows, hidden):
        before = [value for key, value in own[: max(unit, 0)] if unit >= 0 and key == own[unit][0]]
        last_U.append(bool(before) and before[-1] == own[unit][1])
        most_U.append(unit >= 0 and most.get(own[unit][0]) == own[unit][1])
    groups, place_R = groups_of(texts)
    rows = [windows[one.window].row for one in hidden for _ in one.unit_U]
    place_U = place_R[np.array(rows, dtype=np.int64)]
    repeated_U = repeats(texts, windows, hidden)
    named = {"the row's last value of the field": last_U, "the field's most frequent value": most_U}
    parts = {"": np.ones(len(place_U), dtype=np.bool_), NEW: ~repeated_U, REPEATED: repeated_U}
    return {
        part: [
            GroupSums(
                "masked_accuracy",
                f"share of hidden values that are {what}",
                "higher",
                groups,
                sum_by(place_U[some_U], np.array(right_U)[some_U], groups),
                sum_by(place_U[some_U], np.ones(int(some_U.sum())), groups),
                int(some_U.sum()),
            )
            for what, right_U in named.items()
        ]
        for part, some_U in parts.items()
        if some_U.any()
    }


def _hidden_values(
    texts: Sequence[EvalText], windows: Sequence[Window], hidden: Sequence[Hidden]
) -> Iterator[tuple[list[Value], int]]:
    """Give for each hidden unit all values of its row, and its number among them (-1: not exactly one)."""
    row, own = -1, list[Value]()
    for one in hidden:
        if windows[one.window].row != row:
            row = windows[one.window].row
            own = values(texts[row])
        for unit in one.unit_U:
            yield own, int(unit)
