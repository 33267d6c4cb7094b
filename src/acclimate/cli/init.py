"""`acclimate init DATA --model M`"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from acclimate.cli.init_from import FROM, InitCommand, init_from

if TYPE_CHECKING:
    from acclimate.pipeline.init.propose import Choices
    from acclimate.pipeline.init.tables import Found

_ALL = "all that fit"


def init(
    data: Annotated[str, typer.Argument(help="file, folder, glob, address; or --from axolotl.yml, llamafactory.yaml")],
    model: Annotated[str | None, typer.Option(help="Hub id, folder or starter; default: a starter")] = None,
    group: Annotated[str | None, typer.Option(help="column whose equal values make one text: the patient's")] = None,
    task: Annotated[
        str | None, typer.Option(help="mlm, clm, classify[:COLUMN], tag, extract, sft; default: by head")
    ] = None,
    to: Annotated[Path | None, typer.Option(help="recipe to write; default: NAME.yaml here")] = None,
    force: Annotated[bool, typer.Option("--force", help="write over a recipe that is there")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="ask nothing, take the defaults")] = False,
) -> None:
    """Look at data and write a recipe that runs: columns understood, tables joined, identifiers left out, all explained."""
    if data.startswith(FROM):
        init_from(data.removeprefix(FROM), to, force=force, beside={"model": model, "group": group, "task": task})
        return
    from acclimate.pipeline.init.propose import Choices, base_for, propose
    from acclimate.pipeline.init.say import seen, sentences
    from acclimate.pipeline.init.tables import look
    from acclimate.pipeline.init.write import name_of_recipe, need_free, write_recipe

    place = to or Path(f"{name_of_recipe(data)}.yaml")
    need_free(place, force=force)
    found = look(data)
    for sentence in seen(found):
        print(sentence)
    asks = not yes and _at_a_terminal()
    choices = Choices(model or base_for(task), task, group)
    plan = propose(found, _asked(found, choices, model) if asks else choices)
    write_recipe(plan, place, force=force)
    print()
    if not model and not asks:
        print(f"no --model: {choices.model} is taken")
    for sentence in sentences(plan):
        print(sentence)
    print(f"\nwritten: {place}\n  acclimate check {place}\n  acclimate run {place}")


def _at_a_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _asked(found: Found, choices: Choices, model: str | None) -> Choices:
    """Ask for what the command line left open; an empty answer takes the default."""
    from acclimate.pipeline.init.propose import Choices, likely_groups

    group, tables = choices.group, choices.tables
    model = model or typer.prompt("model", default=choices.model)
    if len(found.tables) > 1:
        named = typer.prompt("tables, with commas between", default=_ALL)
        tables = () if named == _ALL else tuple(one.strip() for one in named.split(",") if one.strip())
    likely = likely_groups(found)
    if likely and group is None:
        group = typer.prompt(f"group rows by ({', '.join(likely[:6])})", default=likely[0])
    return Choices(model, choices.task, group, tables)


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("init", cls=InitCommand)(init)
