"""`acclimate run RECIPE [key=value ...]`"""

from __future__ import annotations

from typing import Annotated

import typer

from acclimate.cli.code import AllowCode


def run(
    recipe: Annotated[str, typer.Argument(help="the recipe's YAML file")],
    overrides: Annotated[list[str] | None, typer.Argument(metavar="KEY=VALUE", help="train.max_steps=60, ...")] = None,
    allow_code: AllowCode = False,
) -> None:
    """Adapt a model by a recipe, measure it before and after, and write the report.

    model.path=[a,b] runs several bases one after the other and compares them.
    """
    from acclimate.core.local_code import code_allowed

    with code_allowed(allow_code):
        run_and_say(recipe, overrides or [])


def run_and_say(recipe: str, overrides: list[str]) -> None:
    """Run and print the verdict and the report's path (last); of several bases the comparison."""
    from acclimate.cli.compare import say
    from acclimate.cli.display import Display
    from acclimate.pipeline.run import run as run_recipe
    from acclimate.pipeline.several import recipes_of, run_several

    if recipes_of(recipe, overrides)[1]:
        several = run_several(recipe, overrides, tell=Display())
        say(several.comparison, several.report)
        return
    done = run_recipe(recipe, overrides, tell=Display())
    print(f"\n{done.verdict.sentence}\n\nmodel:  {done.folder / 'model'}\nreport: {done.report}")


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("run")(run)
