"""Proof -> report.md: the same as report.html for who reads in a terminal, a merge request or a wiki."""

from __future__ import annotations

import re
from collections.abc import Sequence

from acclimate.core.proof import Proof
from acclimate.report import (
    answer_table,
    curve,
    every_score,
    facts,
    leak_table,
    ledger_table,
    score_table,
    seed_table,
    slice_table,
    summary,
    term_table,
)
from acclimate.report.formats import moment, percent
from acclimate.report.methods import methods
from acclimate.report.references import references
from acclimate.report.score_table import ScoreRow
from acclimate.report.shareable import shareable
from acclimate.report.summary import WITH_EXAMPLES
from acclimate.report.warnings import warnings

_SPECIAL = re.compile(r"[\\`*\[\]|~$#]|(?<![^\W_])_|_(?![^\W_])")
_LINE_START = re.compile(r"^(\d*)(?=[-+=.)])")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def plain(text: str) -> str:
    """Write text so that Markdown shows it as it is, on one line: no markup, no HTML, no image, no list."""
    return _LINE_START.sub(r"\1\\", _inline(text))


def _inline(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", " ".join(text.split())).translate(_ENTITIES)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Give a Markdown table; cells are escaped."""
    lines = [heads, ["---"] * len(heads), *([_inline(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def fenced(text: str, language: str = "") -> str:
    """Give a block of code whose fence is longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def listed(items: Sequence[str]) -> str:
    """Give a list, an item a line."""
    return "\n".join(f"- {plain(item)}" for item in items)


def render_markdown(proof: Proof) -> str:
    """Give report.md: aggregates only."""
    proof = shareable(proof)
    paragraphs = methods(proof)
    parts = [
        f"# {plain(proof.name)}: {plain(proof.verdict.verdict)}",
        plain(proof.verdict.sentence),
        f"{plain(proof.model.base)}, adapted to your domain. {plain(moment(proof.created))}",
        _section("The figures", _scored(summary.figures(proof), proof)),
        _section("Test set", plain(_joined(facts.sentence_on_test_set(proof), proof.split))),
        _section("Forgetting", plain(proof.retention)),
        _section("Share of the possible gain", plain(_floor(proof))),
        _section("Before you rely on this", listed(warnings(proof))),
        results(proof),
        _section("Answers: what the models write", _answers(proof)),
        _section("The domain's own terms", _terms(proof)),
        _section(
            "Training",
            plain(" ".join(part for part in (curve.fit_sentence(proof), curve.curve_sentence(proof)) if part)),
        ),
        _section("Every seed", _seeds(proof)),
        _section("Subgroups", _subgroups(proof)),
        _section("Leaks", _leaks(proof)),
        _section("Privacy: what was memorised", listed([one.sentence for one in proof.memorised])),
        _section("What became of every row", _ledger(proof)),
        _section("Data", _data(proof)),
        _section("Model", listed(_pairs(facts.model_facts(proof)))),
        _section("Cost", listed(_pairs(facts.cost_facts(proof)))),
        _section("Decisions the program took", listed(proof.notes)),
        _section("Provenance", listed(_pairs(facts.provenance_facts(proof)) + _fingerprints(proof))),
        _section("The same again", _code(proof.provenance.command, "sh")),
        _section("Methods", "\n\n".join(plain(paragraph) for paragraph in paragraphs)),
        _section("References", listed(references(" ".join(paragraphs)))),
        _section("Every score that was measured", _scores(proof)),
        _section("The recipe, with every default", _code(proof.recipe, "yaml")),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def results(proof: Proof) -> str:
    """Give the tables of base, adapted and change, of the domain and of general text (the model card's too)."""
    tables = []
    for data, title in score_table.TITLES.items():
        told = listed(score_table.comparisons(proof)) if data == "test" else ""
        shown = _scored(score_table.score_rows(proof, data), proof)
        tables.append(_section(f"Results: {title}", "\n\n".join(part for part in (shown, told) if part)))
    return "\n\n".join(part for part in tables if part)


def _scored(rows: Sequence[ScoreRow], proof: Proof) -> str:
    """Give scores as a table, with columns for a control and for the base with examples where there are any."""
    if not rows:
        return ""
    with_control, with_shots = any(row.control for row in rows), any(row.shots for row in rows)
    lines = []
    for row in rows:
        name = f"{row.label} ({', '.join(part for part in (row.unit, row.direction) if part)})"
        change = " ".join(part for part in (row.change or "–", f"({row.relative})" if row.relative else "") if part)
        control = [row.control or "–", row.beyond_control or "–"] if with_control else []
        control += [row.shots or "–", row.beyond_shots or "–"] if with_shots else []
        lines.append([name, row.base or "–", row.adapted or "–", change, row.interval or "–", *control])
    heads = ["Score", "Base", "Adapted", "Change", f"{percent(proof.confidence, whole=True)} interval of the change"]
    heads += ["Control", "Against the control"] if with_control else []
    heads += [WITH_EXAMPLES, f"Against the {WITH_EXAMPLES.lower()}"] if with_shots else []
    return table(heads, lines)


def _section(title: str, body: str) -> str:
    return f"## {title}\n\n{body}" if body else ""


def _joined(*sentences: str) -> str:
    return " ".join(f"{sentence.rstrip('.')}." for sentence in sentences if sentence)


def _floor(proof: Proof) -> str:
    if proof.floor_share is None:
        return ""
    share = percent(proof.floor_share, whole=True) if proof.floor_share > 0 else "none"
    return _joined(f"{share} {facts.floor_sentence(proof)}".strip())


def _answers(proof: Proof) -> str:
    rows = answer_table.use_rows(proof)
    told = plain(" ".join(proof.generation.sentences))
    return "\n\n".join(part for part in (told, table(answer_table.HEADS, rows) if rows else "") if part)


def _terms(proof: Proof) -> str:
    rows = term_table.term_rows(proof)
    scored = _scored(score_table.score_rows(proof, "terms"), proof)
    parts = [plain(proof.terms.sentence), scored, table(term_table.HEADS, rows) if rows else ""]
    return "\n\n".join(part for part in parts if part)


def _ledger(proof: Proof) -> str:
    rows = [
        [
            row.step,
            ", ".join(part for part in (row.phase, row.source) if part),
            row.rows_in,
            "; ".join(f"{line.amount} {line.text}" for line in row.lines) or "all kept",
            row.rows_out,
        ]
        for row in ledger_table.ledger_rows(proof)
    ]
    if not rows:
        return ""
    heads = ["Step", "Of", "In", "What happened", "Out"]
    return f"{plain(ledger_table.ledger_sentence(proof))}\n\n{table(heads, rows)}"


def _seeds(proof: Proof) -> str:
    heads, rows = seed_table.seed_table(proof)
    return table(heads, rows) if rows else ""


def _subgroups(proof: Proof) -> str:
    rows = [[cell or "–" for cell in row] for row in slice_table.slice_rows(proof)]
    told = listed(slice_table.gap_sentences(proof) + slice_table.slice_floors(proof))
    return "\n\n".join(part for part in (table(slice_table.HEADS, rows), told) if part) if rows else ""


def _leaks(proof: Proof) -> str:
    heads, rows = leak_table.leak_table(proof)
    parts = [plain(" ".join(leak_table.leak_sentences(proof))), table(heads, rows) if rows else ""]
    return "\n\n".join(part for part in parts if part)


def _data(proof: Proof) -> str:
    heads, rows = facts.data_table(proof)
    return table(heads, rows) if rows else ""


def _scores(proof: Proof) -> str:
    rows = every_score.every_row(proof)
    return table(every_score.HEADS, rows) if rows else ""


def _pairs(pairs: facts.Facts) -> list[str]:
    return [f"{label}: {value}" for label, value in pairs]


def _fingerprints(proof: Proof) -> list[str]:
    return [f"Fingerprint of {name}: {value}" for name, value in proof.provenance.data.items()]


def _code(text: str, language: str) -> str:
    return fenced(text, language) if text else ""
