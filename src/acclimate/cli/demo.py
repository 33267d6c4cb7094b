"""`acclimate demo`"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import acclimate


def demo(
    overrides: Annotated[list[str] | None, typer.Argument(metavar="KEY=VALUE", help="as for run")] = None,
) -> None:
    """Adapt the starter encoder to made-up hospital records in minutes, with no network; writes ./runs/demo."""
    from acclimate.cli.run import run_and_say

    run_and_say(str(_recipe()), overrides or [])


def _recipe() -> Path:
    """Give the demo's recipe: in the wheel it lies inside the package, in a checkout beside src/."""
    packaged = Path(acclimate.__file__).parent / "recipes" / "demo.yaml"
    return packaged if packaged.is_file() else Path(acclimate.__file__).parents[2] / "recipes" / "demo.yaml"


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("demo")(demo)
