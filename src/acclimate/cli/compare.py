"""`acclimate compare RUN RUN ...`"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from acclimate.cli.code import AllowCode

if TYPE_CHECKING:
    from acclimate.core.comparison import Comparison


def compare(
    runs: Annotated[list[str], typer.Argument(help="folders of finished runs; all are compared with the first")],
    to: Annotated[
        Path | None, typer.Option(help="folder for compare.html and compare.json (default: where the first run lies)")
    ] = None,
    measure: Annotated[
        bool, typer.Option("--measure", help="measure all models anew, on the test rows of the first run")
    ] = False,
    allow_code: AllowCode = False,
) -> None:
    """Compare runs on the same held-out groups: paired change, forgetting, cost."""
    from acclimate.cli.display import Display
    from acclimate.core.local_code import code_allowed
    from acclimate.pipeline.compare import compare as beside

    with code_allowed(allow_code):
        made = beside(runs, to, measure=measure, tell=Display())
    say(made, (to if to is not None else Path(runs[0]).resolve().parent) / "compare.html")


def say(made: Comparison, page: Path) -> None:
    """Print the table, which change is which, and the page's path (last)."""
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    from acclimate.report.compare import parts, said

    console = Console(highlight=False, soft_wrap=True, emoji=False)
    table = Table("", *(Column(Text(run.name)) for run in made.runs))
    for part in parts(made):
        table.add_section()
        table.add_row(Text(part.title, "bold"))
        for line in part.lines:
            cells = (f"{cell.text} ({cell.hint})" if cell.hint else cell.text for cell in line.cells)
            table.add_row(Text(line.label), *(Text(cell) for cell in cells))
    console.print(table, soft_wrap=False)
    for outcome in made.outcomes:
        console.print(said(made, outcome), markup=False)
    for note in made.notes:
        console.print(note, markup=False, style="dim")
    print(f"\ncomparison: {page}")


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("compare")(compare)
