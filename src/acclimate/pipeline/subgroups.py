"""Joins subgroups to a run: what `evaluate.slices` names, and new and repeated values apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from acclimate.core.rows import ROW_ID, Rows, need_columns
from acclimate.core.scores import GroupSums, Score
from acclimate.evaluate.measure import Measured
from acclimate.evaluate.rows import EvalText
from acclimate.evaluate.scores import Place, score_lines
from acclimate.evaluate.section import Evaluate
from acclimate.evaluate.slices import Slice, keys_of, slice_lines, subgroups
from acclimate.pipeline.prepare import of_role


def subgroup_lines(
    measured: Measured,
    texts: Sequence[EvalText],
    rows: Rows,
    settings: Evaluate,
    place: Place,
    floors: Mapping[str, Sequence[GroupSums]],
) -> list[Score]:
    """Give the lines of every slice of the test data.

    Takes: `texts`, which were measured, made of `rows`; `floors` by slice.
    """
    lines: list[Score] = []
    for name, sums in measured.slices.items():
        lines += [
            replace(line, slice=name) for line in score_lines(place, sums, settings.bootstrap, "", floors.get(name, ()))
        ]
    return lines + column_lines(measured.sums, texts, rows, settings, place)


def column_lines(
    sums: Mapping[str, Sequence[GroupSums]], texts: Sequence[EvalText], rows: Rows, settings: Evaluate, place: Place
) -> list[Score]:
    """Give the lines of the subgroups that `evaluate.slices` names. Takes: as `subgroup_lines`, with the sums by arm."""
    groups = next(iter(sums.values()))[0].groups if settings.slices and any(sums.values()) else ()
    lines: list[Score] = []
    for one in settings.slices if groups else ():
        labels: dict[str, str] = {}
        for text, label in zip(texts, row_labels(one, texts, rows, "test"), strict=True):
            labels.setdefault(text.group, label)
        lines += slice_lines(place, sums, subgroups(one.column, groups, labels), settings.bootstrap)
    return lines


def row_labels(one: Slice, texts: Sequence[EvalText], rows: Rows, role: str) -> list[str]:
    """Give the subgroup of each text, from its row's column or, in tagged records, from the first value of that key."""
    if one.column in rows.column_names:
        part = of_role(rows, role)
        by_row = dict(zip(part.column(ROW_ID).to_pylist(), part.column(one.column).to_pylist(), strict=True))
        return [one.label(by_row[text.row_id]) for text in texts]
    return [one.label(keys_of(text).get(one.column)) for text in texts]


def need_slices(settings: Evaluate, texts: Sequence[EvalText], rows: Rows) -> None:
    """Raise UserError for a slice that is neither a column nor a key of the tagged records among `texts`."""
    keys: set[str] = set()
    wanted = {one.column for one in settings.slices} - set(rows.column_names)
    for text in texts if wanted else ():
        keys |= keys_of(text).keys()
    need_columns(rows, sorted(wanted - keys), "evaluate.slices")
