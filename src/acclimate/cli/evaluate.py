"""`acclimate evaluate MODEL RECIPE [key=value ...]`"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from acclimate.cli.code import AllowCode


def evaluate(
    model: Annotated[str, typer.Argument(help="the folder of a run, a model or a PEFT adapter, or a Hub id")],
    recipe: Annotated[str, typer.Argument(help="the recipe's YAML file: its test rows, its base")],
    overrides: Annotated[list[str] | None, typer.Argument(metavar="KEY=VALUE", help="as for run")] = None,
    to: Annotated[
        Path | None, typer.Option(help="new folder for report.html, scores.json, ... (default: runs/NAME-evaluate)")
    ] = None,
    allow_code: AllowCode = False,
) -> None:
    """Measure a model that was trained elsewhere against a recipe's base, as a run would. Nothing is trained."""
    from acclimate.cli.display import Display
    from acclimate.core.local_code import code_allowed
    from acclimate.pipeline.evaluate_model import evaluate_model

    with code_allowed(allow_code):
        done = evaluate_model(model, recipe, overrides or [], to, tell=Display())
    print(f"\n{done.verdict.sentence}\n\nreport: {done.report}")


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("evaluate")(evaluate)
