"""`acclimate check RECIPE [key=value ...]`"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from acclimate.cli.code import AllowCode


def check(
    recipe: Annotated[str, typer.Argument(help="the recipe's YAML file")],
    overrides: Annotated[list[str] | None, typer.Argument(metavar="KEY=VALUE", help="as for run")] = None,
    allow_code: AllowCode = False,
) -> None:
    """Read a recipe, its data and its tokenizer; say what would be done. Nothing is trained or written."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from acclimate.core.local_code import code_allowed
    from acclimate.pipeline.check import check as look

    with code_allowed(allow_code):
        found = look(recipe, overrides or [])
    console = Console(highlight=False, soft_wrap=True, emoji=False)
    for sentence in found.understood:
        console.print(sentence, markup=False)
    table = Table("phase", "step", "source", "rows in", "rows out", "what happened")
    for entry in found.ledger.entries:
        table.add_row(
            entry["phase"],
            entry["step"],
            entry["source"],
            f"{entry['rows_in']:,}",
            f"{entry['rows_out']:,}",
            _story(entry),
        )
    console.print(table)
    for phase in found.phases:
        roles = ", ".join(
            f"{phase.rows[role]:,} {role} rows ({phase.groups[role]:,} groups)"
            for role in phase.rows
            if phase.rows[role]
        )
        console.print(f"{phase.name}: {roles}", markup=False)
        console.print(
            f"  {phase.windows:,} windows, {phase.tokens:,} tokens ({phase.tokens_per_word:.2f} a word), "
            f"{phase.new_tokens} new tokens, {phase.updates:,} updates", markup=False)  # fmt: skip
        if phase.memory:
            console.print(f"  {phase.memory}", markup=False)
        for text in phase.notes:
            console.print(f"  {text}", markup=False)
        for text in phase.left_out:
            console.print(f"  identifies somebody, and is in no text: {text}", markup=False)
        for text in phase.warnings:
            console.print(f"  [yellow]warning:[/yellow] {escape(text)}")
    console.print("the recipe can run")


def _story(entry: dict[str, Any]) -> str:
    counted = [item for key in ("dropped", "removed", "values") for item in entry[key].items()]
    parts = [f"{number:,} {reason}" for reason, number in counted]
    parts += [f"{entry[key]:,} {key}" for key in ("merged", "added") if entry[key]]
    parts += entry["notes"]
    return "; ".join(parts)


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("check")(check)
