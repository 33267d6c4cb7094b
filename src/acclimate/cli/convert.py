"""`acclimate convert MODEL --to DIR`"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def convert(
    model: Annotated[str, typer.Argument(help="a folder or a Hub id with pytorch_model.bin and no safetensors")],
    to: Annotated[Path, typer.Option(help="folder to write: safetensors, settings, tokenizer, conversion.json")],
    revision: Annotated[str, typer.Option(help="branch, tag or commit of a Hub model")] = "main",
) -> None:
    """Turn pickled weights into safetensors, in a process without network that reads tensors and runs nothing."""
    from acclimate.model.convert import convert as turn

    done = turn(model, to, revision)
    for one in done.record["files"]:
        print(f"{one['source_sha256']}  {one['source']}")
        print(f"{one['result_sha256']}  {one['result']}  ({one['tensors']:,} tensors)")
    print(f"{'already there' if done.before else 'written'}: {to}  (network: {done.record['network']})")


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("convert")(convert)
