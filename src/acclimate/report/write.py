"""Writes the reports of a run, each file whole or not at all."""

from __future__ import annotations

from pathlib import Path

from acclimate.core.artifact import write_json, write_text
from acclimate.core.proof import Proof
from acclimate.report.card import render_card
from acclimate.report.html import render_html
from acclimate.report.markdown import render_markdown
from acclimate.report.shareable import shareable

PRIVATE = "report_private.html"


def write_reports(proof: Proof, folder: Path) -> list[Path]:
    """Write report.html, report.md, report.json and, if there are examples or answers, report_private.html.

    Takes: `folder`, which is made if it is not there. Gives: the files, report.html first. A report_private.html of an
    earlier run is removed where there are none now.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / "report.html", render_html(proof))
    write_text(folder / "report.md", render_markdown(proof))
    write_json(folder / "report.json", shareable(proof).to_json())
    written = [folder / name for name in ("report.html", "report.md", "report.json")]
    if not proof.examples and not proof.generation.answers:
        (folder / PRIVATE).unlink(missing_ok=True)
        return written
    write_text(folder / PRIVATE, render_html(proof, private=True))
    return [*written, folder / PRIVATE]


def write_card(proof: Proof, model_folder: Path) -> Path:
    """Write the model card, README.md, into a model's folder, which must be there."""
    card = model_folder / "README.md"
    write_text(card, render_card(proof))
    return card
