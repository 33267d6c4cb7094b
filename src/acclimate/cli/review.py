"""`acclimate review RUN [FILLED ...]`"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def review(
    run: Annotated[Path, typer.Argument(help="folder of a finished run whose models have answered test rows")],
    filled: Annotated[list[Path] | None, typer.Argument(help="sheets that reviewers filled in (CSV)")] = None,
    to: Annotated[Path | None, typer.Option(help="folder of the sheet (default: RUN/review)")] = None,
    rows: Annotated[int, typer.Option(min=1, help="most rows that are compared")] = 50,
    seed: Annotated[int, typer.Option(min=0, help="of the rows that are drawn, their order and their sides")] = 0,
    reference: Annotated[bool, typer.Option("--reference", help="show the right answers too")] = False,
) -> None:
    """Let people compare base and adapted model blindly: write a sheet, or read filled ones."""
    from acclimate.pipeline.review import review as compared
    from acclimate.report.review import sentences

    made = compared(run, filled or (), to=to, rows=rows, seed=seed, reference=reference)
    if made.outcome is not None:
        print("\n".join(sentences(made.outcome)))
        return
    print(f"{made.items} comparisons; give reviewers review.html or review.csv, and keep review_key.json to yourself")
    print(f"then: acclimate review {run}{'' if to is None else f' --to {to}'} FILLED.csv ...")
    print(f"\nsheet: {made.page}")


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("review")(review)
