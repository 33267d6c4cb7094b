"""Answers in classes, for the report: the confusion matrix as a table, curves as drawings, each said in words too."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from acclimate.core.curves import ClassCurves, LabelCurve, Points
from acclimate.report import plots
from acclimate.report.formats import percent

MOST_LABELS = 4
Drawings = list[tuple[str, Markup]]
_SIZES = {"wide": (480, 260), "narrow": (340, 240)}


@dataclass(frozen=True)
class ClassPart:
    """What the template shows: `table` has heads and rows; each chart comes for a wide page and for a narrow one."""

    sentence: str
    table: tuple[list[str], list[list[str]]]
    charts: list[Drawings]


def class_part(curves: ClassCurves | None) -> ClassPart | None:
    """Give the part of the report on classes, if there is one."""
    if curves is None:
        return None
    most = sorted(curves.curves, key=lambda one: -one.positives)[:MOST_LABELS]
    charts = [chart for one in most for chart in (_roc(one), _found(one))]
    if curves.reliability:
        charts.append(_reliability(curves))
    return ClassPart(_sentence(curves, len(most)), _table(curves), charts)


def _sentence(curves: ClassCurves, drawn: int) -> str:
    said = "A row of the table has the texts with that label, a column those that the adapted model gives it." if curves.labels else ""  # fmt: skip
    if len(curves.curves) > drawn:
        said += f" Curves are those of the {drawn} most frequent of {len(curves.curves)} labels."
    return said.strip()


def _table(curves: ClassCurves) -> tuple[list[str], list[list[str]]]:
    """Lay out the confusion matrix, each count with its share of its row."""
    rows = []
    for label, counts in zip(curves.labels, curves.confusion, strict=True):
        total = sum(counts)
        rows.append([label, *(f"{one:,} ({percent(one / total, whole=True)})" if one else "0" for one in counts), f"{total:,}"])  # fmt: skip
    return (["Right label", *(f"said {label}" for label in curves.labels), "all"], rows) if rows else ([], [])


def _roc(one: LabelCurve) -> Drawings:
    best = max(one.roc, key=lambda point: point[1] - point[0])
    words = (
        f"Of {one.positives:,} texts with the label and {one.negatives:,} without. At the point furthest above guessing,"
        f" {percent(best[1], whole=True)} of those with it and {percent(best[0], whole=True)} of those without are said to have it."
    )
    lines = [_series("model", one.roc), _series("guessing", [(0.0, 0.0), (1.0, 1.0)], marked=True)]
    return _chart(lines, ("said, of those without", "said, of those with"), f"ROC curve: {one.label}", words)


def _found(one: LabelCurve) -> Drawings:
    share = one.positives / (one.positives + one.negatives)
    high = [point for point in one.found if point[0] >= 0.8]
    words = f"Finding {percent(0.8, whole=True)} of the texts with the label, {percent(max(y for _, y in high), whole=True)} of what is said is right; guessing: {percent(share, whole=True)}."  # fmt: skip
    lines = [_series("model", one.found), _series("guessing", [(0.0, share), (1.0, share)], marked=True)]
    return _chart(lines, ("recall", "precision"), f"Precision and recall: {one.label}", words)


def _reliability(curves: ClassCurves) -> Drawings:
    points = [(one.confidence, one.right) for one in curves.reliability]
    total = sum(one.cases for one in curves.reliability)
    apart = sum(abs(one.confidence - one.right) * one.cases for one in curves.reliability) / total
    words = f"How often answers of a confidence are right, in bins of {total:,} answers. On average the two are {percent(apart)} apart."
    lines = [_series("perfect", [(0.0, 0.0), (1.0, 1.0)]), _series("model", points, marked=True)]
    return _chart(lines, ("confidence", "share right"), "Reliability", words)


def _series(label: str, points: Points, *, marked: bool = False) -> plots.Series:
    return plots.Series(label, [x for x, _ in points], [y for _, y in points], marked)


def _chart(lines: list[plots.Series], axes: tuple[str, str], title: str, words: str) -> Drawings:
    return [
        (name, plots.line_chart(lines, plots.Frame(width, height, *axes), title, words))
        for name, (width, height) in _SIZES.items()
    ]
