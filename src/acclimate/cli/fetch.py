"""`acclimate fetch REPO --to DIR`"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def fetch(
    repo: Annotated[str, typer.Argument(help="Hub id of a model, or of a data set with --dataset")],
    to: Annotated[Path, typer.Option(help="folder to write; carry it behind the air lock and name it in a recipe")],
    revision: Annotated[str, typer.Option(help="branch, tag, commit, or a pull request such as refs/pr/4")] = "main",
    dataset: Annotated[bool, typer.Option("--dataset", help="the id is of a data set")] = False,
) -> None:
    """Bring a model or a data set from the Hub into a plain folder: only files that are data, with their hashes."""
    from acclimate.model.fetch import fetch as bring

    done = bring(repo, to, revision, dataset=dataset)
    record = done.record
    for name, one in record["files"].items():
        print(f"{one['sha256']}  {name}  ({one['bytes']:,} bytes)")
    if record["left_there"]:
        print(f"not taken: {', '.join(record['left_there'])}")
    print(f"{'already there' if done.before else 'written'}: {to}  ({repo} at {record['commit']})")


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("fetch")(fetch)
