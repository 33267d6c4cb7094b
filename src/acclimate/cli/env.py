"""`acclimate env`"""

from __future__ import annotations

import typer


def env() -> None:
    """Say what this machine has and which versions are installed: what a bug report needs."""
    from rich.console import Console

    from acclimate.compat.hardware import machine, versions

    console = Console(highlight=False, soft_wrap=True, emoji=False)
    for facts in (versions(), machine()):
        for key, value in facts.items():
            console.print(f"{key}: {value}", markup=False)


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("env")(env)
