"""A blind sheet as people fill it in: review.csv for spreadsheets, review.html for a browser; and the outcome in words.

The page needs no network and no server: one script, which its policy names by its hash, keeps what was chosen in the
browser and hands it over as CSV. All that came from data is escaped; in the CSV a cell that a spreadsheet would take for
a formula gets an apostrophe.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
from importlib.resources import files
from pathlib import Path

from acclimate.core.artifact import write_text
from acclimate.core.review import ReviewOutcome, Sheet
from acclimate.report import formats
from acclimate.report.html import template

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_sheet(sheet: Sheet, folder: Path, title: str, *, reference: bool) -> list[Path]:
    """Write review.csv and review.html into `folder`, which is there; with `reference` the right answers stand in both."""
    table, page = folder / "review.csv", folder / "review.html"
    write_text(table, render_csv(sheet, reference=reference))
    write_text(page, render_page(sheet, title, reference=reference))
    return [table, page]


def render_csv(sheet: Sheet, *, reference: bool) -> str:
    """Give the sheet as CSV, with a mark in front by which spreadsheets know UTF-8. Who fills it in writes a name once."""
    columns = [
        "item",
        "prompt",
        *(["reference"] if reference else []),
        "left",
        "right",
        "choice",
        "reviewer",
        "comment",
    ]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, extrasaction="ignore", restval="")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in vars(row).items()} for row in sheet.rows)
    return "\ufeff" + text.getvalue()


def _cell(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value


def render_page(sheet: Sheet, title: str, *, reference: bool) -> str:
    """Give the sheet as one HTML file."""
    script = files("acclimate.report").joinpath("templates/review.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return template("review.html.j2").render(
        sheet=sheet, title=title, reference=reference, script=script, digest=digest
    )


def sentences(made: ReviewOutcome) -> list[str]:
    """Say what came of a review."""
    judged = made.wins + made.ties + made.losses
    confidence, groups = formats.percent(made.confidence, whole=True), formats.count(made.groups, "group")
    if made.low is None or made.high is None:
        interval = f"no interval: {groups} {'is' if made.groups == 1 else 'are'} too few"
    else:
        ends = f"{formats.percent(made.low)} to {formats.percent(made.high)}"
        interval = f"{confidence} interval {ends}, {groups}"
    alike = f"; {formats.count(made.alike, 'row')} answered alike count as ties" if made.alike else ""
    said = [
        f"The adapted model won {formats.percent(made.win_rate)} of the comparisons, ties as halves ({interval}{alike}).",
        f"{formats.count(made.wins, 'win')}, {formats.count(made.ties, 'tie')}, "
        f"{formats.count(made.losses, 'loss', 'losses')} in {formats.count(judged, 'choice')} of "
        f"{formats.count(len(made.reviewers), 'reviewer')}.",
        _verdict(made),
    ]
    if made.agreement is not None:
        value = (
            "not defined, all chose one and the same" if made.agreement.value is None else f"{made.agreement.value:.2f}"
        )
        items = formats.count(made.agreement.items, "comparison")
        said.append(f"Agreement of the reviewers: {made.agreement.measure} {value} ({items} judged by more than one).")
    if made.left is not None:
        said.append(f"The left side was chosen in {formats.percent(made.left)} of the choices that are no tie.")
    return said


def _verdict(made: ReviewOutcome) -> str:
    if made.low is None or made.high is None:
        return "Too few groups to say which model is preferred."
    if made.low > 0.5:
        return "The reviewers prefer the adapted model."
    if made.high < 0.5:
        return "The reviewers prefer the base."
    return "No preference shown."
