"""`acclimate advise DATA --model M`"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from acclimate.pipeline.advise.advice import Advice


def advise(
    data: Annotated[str, typer.Argument(help="file, folder, glob or address, as for init")],
    model: Annotated[str | None, typer.Option(help="the base: Hub id, folder or starter; default: a starter")] = None,
    task: Annotated[
        str | None,
        typer.Option(help="what it is for: mlm, clm, classify, tag, extract, sft; default: by the model's head"),
    ] = None,
    label: Annotated[str | None, typer.Option(help="column of labels; default: one that looks like it")] = None,
    group: Annotated[str | None, typer.Option(help="column whose equal values belong together: the patient's")] = None,
    rows: Annotated[int, typer.Option(help="most rows a measurement reads (of labelled ones twice as many)")] = 300,
    to: Annotated[
        Path | None, typer.Option(help="folder for advise.html and advise.json (default: advise/NAME)")
    ] = None,
) -> None:
    """Do I need to adapt at all? Measure a base on data without training; say what to do, why, and what it would cost."""
    from acclimate.cli.display import Display
    from acclimate.pipeline.advise.advise import advise as ask
    from acclimate.pipeline.advise.domain import Question
    from acclimate.pipeline.init.propose import base_for

    made = ask(Question(data, model or base_for(task), task, label, group, rows), to, tell=Display())
    say(made, (to or Path("advise") / made.name) / "advise.html")


def say(made: Advice, page: Path) -> None:
    """Print the tables, the recommendation with its reasons, and the page's path (last)."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from acclimate.pipeline.advise.page import broken_sentence, tables

    console = Console(highlight=False, soft_wrap=True, emoji=False)
    for one in tables(made):
        if one.lines:
            table = Table(*one.heads, title=Text(one.title, "bold"), title_justify="left")
            for line in one.lines:
                table.add_row(*map(Text, line))
            console.print(table, soft_wrap=False)
    console.print(broken_sentence(made), markup=False)
    for text in made.notes:
        console.print(text, markup=False, style="dim")
    print(f"\nrecommended: {made.recommendation.choice}")
    for reason in made.recommendation.reasons:
        print(f"  - {reason}")
    print(f"\nadvice: {page}")


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("advise")(advise)
