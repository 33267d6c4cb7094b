"""`acclimate list [FAMILY]`"""

from __future__ import annotations

from typing import Annotated

import typer


def listing(family: Annotated[str | None, typer.Argument(help="sources, prepare, masking, ...")] = None) -> None:
    """List the methods of a family (or of all) with what they do and their options."""
    from rich.console import Console

    from acclimate.core.errors import Fault, UserError, nearest
    from acclimate.core.families import FAMILIES
    from acclimate.core.local_code import NEEDED
    from acclimate.core.registry import methods, origin, resolve

    if family is not None and family not in FAMILIES:
        raise UserError(Fault("list", f"no family {family!r}{nearest(family, FAMILIES)}", ", ".join(FAMILIES)))
    console = Console(highlight=False, soft_wrap=True, emoji=False)
    for one in [family] if family else FAMILIES:
        console.print(f"[bold]{one}[/bold]")
        for name in methods(one):
            kind = resolve(one, name)
            summary = " ".join((kind.__doc__ or "").strip().split("\n\n")[0].split())
            console.print(f"  {name}: {summary}" + (f"  ({origin(one, name)})" if family else ""), markup=False)
            for key, field in getattr(kind, "model_fields", {}).items() if family else ():
                default = "required" if field.is_required() else repr(field.default)
                console.print(f"      {key} = {default}: {field.description}", markup=False)
        if one in NEEDED:
            console.print("  path/to/file.py:Name: a class of your own (docs/own_code.md)", markup=False)


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("list")(listing)
