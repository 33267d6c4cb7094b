"""Proof -> one HTML file that needs nothing else: no script, no network, and every text of the data escaped.

The drawing order is in templates/: report.html.j2 (first screen), evidence.html.j2 (what is behind it, in the order of its
parts), macros.html.j2 (tables and charts), report.css.
"""

from __future__ import annotations

from functools import cache, partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from acclimate.core.proof import Proof
from acclimate.report import (
    answer_table,
    class_plots,
    curve,
    every_score,
    facts,
    formats,
    leak_table,
    ledger_table,
    plots,
    score_table,
    seed_table,
    slice_table,
    summary,
    term_table,
)
from acclimate.report.methods import methods
from acclimate.report.references import references
from acclimate.report.score_table import ScoreRow
from acclimate.report.shareable import redacted, shareable
from acclimate.report.warnings import warnings

MOST_WARNINGS = 4
BADGES = {
    "better": ("better", "▲", "Better"),
    "worse": ("worse", "▼", "Worse"),
    "no difference shown": ("unclear", "=", "No difference shown"),
    "not measurable": ("unknown", "?", "Not measurable"),
}


def render_html(proof: Proof, private: bool = False) -> str:
    """Give report.html, or with `private` report_private.html, which shows examples too."""
    proof = redacted(proof) if private else shareable(proof)
    figures, known = summary.figures(proof), warnings(proof)
    paragraphs = methods(proof)
    return template("report.html.j2").render(
        proof=proof,
        private=private,
        badge=BADGES.get(proof.verdict.verdict, ("unknown", "?", proof.verdict.verdict)),
        figures=figures,
        columns=summary.columns,
        made=formats.moment(proof.created),
        warnings=known[:MOST_WARNINGS],
        more_warnings=known[MOST_WARNINGS:],
        confidence=formats.percent(proof.confidence, whole=True),
        test_set=facts.sentence_on_test_set(proof),
        floor_bar=_floor_bar(proof),
        methods=paragraphs,
        references=references(" ".join(paragraphs)),
        **_drawings(proof),
        **_tables(proof),
    )


@cache
def template(name: str) -> Template:
    """Give a template that escapes all that is put in, and knows no name that was not given."""
    environment = Environment(
        loader=PackageLoader("acclimate.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def _drawings(proof: Proof) -> dict[str, Any]:
    sentence = curve.curve_sentence(proof)
    accuracy = curve.accuracy_series(proof)
    name = accuracy[0].label if accuracy else ""
    small = [
        _chart(accuracy, 170, name, f"{name.capitalize()} over updates"),
        *(
            _chart([line], 170, line.label, f"{line.label.capitalize()} over updates")
            for line in curve.rate_series(proof) + curve.speed_series(proof)
        ),
    ]
    return {
        "bar_of": _bar_of,
        "fit_sentence": curve.fit_sentence(proof),
        "curve_sentence": sentence,
        "loss_chart": _chart(curve.loss_series(proof), 300, "loss (nats)", "Loss over updates", sentence),
        "small_charts": [charts for charts in small if charts],
        "classes": class_plots.class_part(proof.curves_of_classes),
    }


def _chart(
    lines: list[plots.Series], height: int, y_title: str, title: str, description: str = ""
) -> list[tuple[str, Markup]]:
    """Draw for desktop and for telephone: text of one size on both needs two drawings; the style sheet shows one."""
    draw = partial(plots.line_chart, lines, title=title, description=description)
    sizes = {"wide": (1000 if height > 200 else 480, height), "narrow": (340, min(height, 260))}
    charts = [(name, draw(plots.Frame(width, tall, "updates", y_title))) for name, (width, tall) in sizes.items()]
    return charts if charts[0][1] else []


def _bar_of(row: ScoreRow) -> Markup:
    if row.bar is None:
        return Markup("")
    interval = f", interval {row.interval}" if row.interval else ", no interval"
    description = f"{row.label}: change {row.change}{interval}; right of the middle line is better"
    return plots.interval_bar(row.bar.value, row.bar.low, row.bar.high, row.bar.reach, description)


def _floor_bar(proof: Proof) -> dict[str, Any] | None:
    if proof.floor_share is None:
        return None
    share = formats.percent(proof.floor_share, whole=True) if proof.floor_share > 0 else "none"
    bar = plots.share_bar(proof.floor_share, f"{share} of the possible gain")
    return {"share": share, "bar": bar, "sentence": facts.floor_sentence(proof)}


def _tables(proof: Proof) -> dict[str, Any]:
    scored = {data: score_table.score_rows(proof, data) for data in ("test", "general", "terms")}
    lists = [("Model", facts.model_facts(proof)), ("Cost", facts.cost_facts(proof))]
    return {
        "scored": [(title, scored[data]) for data, title in score_table.TITLES.items() if scored[data]],
        "term_scores": scored["terms"],
        "explained": dict.fromkeys(
            (row.label, row.explained) for rows in scored.values() for row in rows if row.explained
        ),
        "term_table": (term_table.HEADS, term_table.term_rows(proof)),
        "seed_table": seed_table.seed_table(proof),
        "use_table": (answer_table.HEADS, answer_table.use_rows(proof)),
        "slice_table": (slice_table.HEADS, slice_table.slice_rows(proof)),
        "slice_sentences": slice_table.gap_sentences(proof) + slice_table.slice_floors(proof),
        "leaks": leak_table.leak_sentences(proof),
        "leak_table": leak_table.leak_table(proof),
        "data_table": facts.data_table(proof),
        "ledger": ledger_table.ledger_rows(proof),
        "ledger_sentence": ledger_table.ledger_sentence(proof),
        "fact_lists": [one for one in lists if one[1]],
        "provenance": facts.provenance_facts(proof),
        "every_score": (every_score.HEADS, every_score.every_row(proof)),
    }
