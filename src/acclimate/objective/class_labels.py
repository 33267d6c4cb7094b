"""The label set of training rows, whether it can be learnt, and how much each label weighs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from acclimate.core.errors import Fault, UserError, nearest
from acclimate.core.labels import LEVELS
from acclimate.core.rows import ROLE, ROW_ID, Rows
from acclimate.objective.class_cells import whole
from acclimate.objective.class_rows import LABELS

_SHOWN = 5
_NONE = {"na", "n/a", "#n/a", "none", "null", "nil", "<na>", "-", "?", "missing"}
"""Names that tables often give to what is not known; some data have such a class."""


def sorted_labels(names: Iterable[str]) -> list[str]:
    """Give each name once: whole numbers by value, else by the alphabet."""
    once = sorted(set(names))
    values = {name: value for name in once if (value := whole(name)) is not None}
    return sorted(once, key=values.__getitem__) if len(values) == len(once) else once


def need_learnable(rows: Rows, names: Sequence[str], *, given: bool, where: str) -> None:
    """Raise UserError if there is one label only, or if rows have a label that is not among `names`.

    Takes: `given`, whether the recipe named them (else they are training's).
    """
    if len(names) < 2:
        found = f"only one label: {names[0]}" if names else "no label at all"
        raise UserError(Fault(where, f"the training rows have {found}", "two or more", "look at the label column"))
    known = set(names)
    roles, ids = rows.column(ROLE).to_pylist(), rows.column(ROW_ID).to_pylist()
    faults = []
    for role in ("train", "validation", "test"):
        unknown = {
            name: row
            for name_role, row, some in zip(roles, ids, rows.column(LABELS).to_pylist(), strict=True)
            if name_role == role
            for name in some
            if name not in known
        }
        if unknown:
            shown = ", ".join(f"{name!r} ({row})" for name, row in list(unknown.items())[:_SHOWN])
            do = (
                "add them to objective.labels, or mend the rows"
                if given
                else "give more training rows, or mend the split"
            )
            what = "objective.labels does not name" if given else "no training row has"
            faults.append(Fault(where, f"{role} rows have labels that {what}: {shown}", ", ".join(names[:20]), do))
    if faults:
        raise UserError(*faults)


def untaught(columns: Sequence[str], names: Sequence[str], taught: Iterable[str]) -> list[str]:
    """Say which labels no training row has.

    Takes: `columns`, one for each label (or none); `names`, the label set; `taught`, the labels of training rows.
    """
    left_out = [name for name in columns if name not in names]
    never = [name for name in names if name not in set(taught)]
    said = []
    if left_out:
        said.append(f"no training row has a 1 in {', '.join(left_out)}: not among the labels, as it can't be learnt")
    if never:
        said.append(
            f"no training row has {', '.join(never)}: among the labels, as objective.labels says, but never learnt"
        )
    return said


def doubtful(names: Sequence[str]) -> list[str]:
    """Say which names may stand for no label, and that names are paths through a hierarchy, or may be."""
    said = []
    if none := [name for name in names if name.lower() in _NONE]:
        said.append(f"{', '.join(none)}: a class as any other; if it means that there is no label, take its rows out")
    if any(LEVELS in name for name in names):
        said.append(
            f"{LEVELS} in labels stands between the levels of a hierarchy: scores by level come beside the others"
        )
    elif all("/" in name for name in names) and len({name.partition("/")[0] for name in names}) < len(names):
        said.append(f"labels with / look like paths: write {LEVELS} in its place for scores by level")
    return said


def need_weighable(weights: Any, names: Sequence[str], where: str) -> None:
    """Raise UserError for a weight of a label that there is not."""
    unknown = [name for name in weights if name not in names] if isinstance(weights, Mapping) else []
    if unknown:
        found = f"no label {unknown[0]!r}{nearest(unknown[0], names)}"
        raise UserError(Fault(where, found, ", ".join(names[:20]), "name labels that there are"))


def need_unweighted(weights: Any, where: str) -> None:
    """Raise UserError for weights of labels where a score is learnt."""
    if weights is not None:
        found, allowed = "a score has no labels that could weigh", "labels (kind: one or several)"
        raise UserError(Fault(where, found, allowed, "leave it out; to learn from some rows more often, repeat them"))


def need_balanced(sampler: str | None, *, weighted: bool, kind: str, where: str) -> None:
    """Raise UserError where labels can't be seen equally often, or are weighed as well."""
    if sampler is None:
        return
    if kind != "one":
        found = "a score has no labels" if kind == "score" else "several labels may hold at once"
        raise UserError(
            Fault(
                where,
                f"{found}: no text is of one class",
                "one label a text",
                "use class_weights" if kind == "several" else "leave it out",
            )
        )
    if weighted:
        raise UserError(
            Fault(
                where,
                "class_weights are given too, and rare labels would count twice",
                "one of the two",
                "leave one out",
            )
        )


def balanced(given: Sequence[Sequence[str]], names: Sequence[str], kind: str) -> dict[str, float]:
    """Give each label's weight: rows / (labels x rows with it), as scikit-learn's "balanced"; of several, whose positives are
    weighed against their own negatives, rows without it / rows with it.
    """
    counts = Counter(name for some in given for name in set(some))
    held = {name: max(counts[name], 1) for name in names}
    if kind == "several":
        return {name: round(max(len(given) - counts[name], 1) / held[name], 6) for name in names}
    return {name: round(len(given) / (len(names) * held[name]), 6) for name in names}


def f1(said_NK: npt.NDArray[np.bool_], right_NK: npt.NDArray[np.bool_]) -> float:
    """Give the mean over labels of 2 TP / (2 TP + FP + FN); labels that neither hold nor are said don't count."""
    hits_K = (said_NK & right_NK).sum(0)
    found_K = said_NK.sum(0) + right_NK.sum(0)
    there_K = found_K > 0
    return float((2 * hits_K[there_K] / found_K[there_K]).mean()) if there_K.any() else 0.0
