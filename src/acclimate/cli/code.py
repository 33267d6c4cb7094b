"""The option with which a command lets a recipe's own code be imported."""

from __future__ import annotations

from typing import Annotated

import typer

AllowCode = Annotated[
    bool,
    typer.Option("--allow-code", help="import the files of your own that the recipe names (path/to/file.py:Name)"),
]
