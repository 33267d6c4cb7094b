"""Proof -> one HTML file that needs nothing else: no script, no network, and every text of the data escaped.

The drawing order is in templates/: report.html.j2 (first screen), evidence.html.j2 (what is behind it), report.css.
"""

from __future__ import annotations

from functools import cache, partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from acclimate.core.proof import Proof
from acclimate.report import (
    curve,
    facts,
    formats,
    leak_table,
    ledger_table,
    plots,
    score_table,
    slice_table,
    term_table,
)
from acclimate.report.score_table import ScoreRow
from acclimate.report.shareable import redacted, shareable

MOST_CAVEATS = 4
BADGES = {
    "better": ("better", "▲", "Better"),
    "worse": ("worse", "▼", "Worse"),
    "no difference shown": ("unclear", "=", "No difference shown"),
    "not measurable": ("unknown", "?", "Not measurable"),
}


def render_html(proof: Proof, private: bool = False) -> str:
    """Give report.html, or with `private` report_private.html, which shows examples too."""
    proof = redacted(proof) if private else shareable(proof)
    comparisons = score_table.comparisons(proof)
    panels = [
        ("Your domain", "test set, never trained on", score_table.score_rows(proof, "test"), comparisons),
        ("General text", "what may have been forgotten", score_table.score_rows(proof, "general"), []),
    ]
    return template("report.html.j2").render(
        proof=proof,
        private=private,
        badge=BADGES.get(proof.verdict.verdict, ("unknown", "?", proof.verdict.verdict)),
        headline=score_table.headline(proof),
        panels=[panel for panel in panels if panel[2]],
        made=formats.moment(proof.created),
        caveats=proof.caveats[:MOST_CAVEATS],
        notes=proof.caveats[MOST_CAVEATS:] + proof.notes,
        confidence=formats.percent(proof.confidence, whole=True),
        test_set=facts.sentence_on_test_set(proof),
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
    loss = curve.loss_series(proof)
    description = f"Loss over updates. {sentence}"
    small = [
        _chart([line], 170, line.label, f"{line.label.capitalize()} over updates.")
        for line in curve.rate_series(proof) + curve.speed_series(proof)
    ]
    return {
        "bar_of": _bar_of,
        "curve_sentence": sentence,
        "loss_chart": _chart(loss, 300, "loss (nats per token)", description),
        "small_charts": [charts for charts in small if charts],
        "floor_bar": _floor_bar(proof),
    }


def _chart(lines: list[plots.Series], height: int, y_title: str, description: str) -> list[tuple[str, Markup]]:
    """Draw for desktop and for telephone: text of one size on both needs two drawings; the style sheet shows one."""
    draw = partial(plots.line_chart, lines, description=description)
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
    heads, rows = facts.data_table(proof)
    lists = [
        ("Model", facts.model_facts(proof)),
        ("Cost", facts.cost_facts(proof)),
    ]
    return {
        "term_heads": term_table.HEADS,
        "term_rows": term_table.term_rows(proof),
        "data_heads": heads,
        "data_rows": rows,
        "slice_heads": slice_table.HEADS,
        "slice_rows": slice_table.slice_rows(proof),
        "slice_sentences": slice_table.gap_sentences(proof) + slice_table.slice_floors(proof),
        "leaks": leak_table.leak_sentences(proof),
        "leak_table": leak_table.leak_table(proof),
        "ledger": ledger_table.ledger_rows(proof),
        "ledger_sentence": ledger_table.ledger_sentence(proof),
        "fact_lists": [one for one in lists if one[1]],
        "provenance": facts.provenance_facts(proof),
        "all_scores": score_table.full_rows(proof),
        "explained": dict.fromkeys(
            (row.label, row.explained)
            for data in ("test", "general")
            for row in score_table.score_rows(proof, data)
            if row.explained
        ),
    }
