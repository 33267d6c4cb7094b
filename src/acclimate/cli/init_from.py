"""`acclimate init --from FILE`"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from typer.core import TyperCommand

from acclimate.core.errors import Fault, UserError

FROM = "from:"
"""How `--from FILE` reaches `init` as its one argument."""


class InitCommand(TyperCommand):
    """`init`, whose argument may be written `--from FILE`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Write `--from FILE` as an argument."""
        joined = [one for one in args if one != "--from"]
        if len(joined) < len(args):
            place = args.index("--from")
            joined[place : place + 1] = [f"{FROM}{one}" for one in joined[place : place + 1]]
        return super().parse_args(ctx, [FROM + one[7:] if one.startswith("--from=") else one for one in joined])


def init_from(file: str, to: Path | None, *, force: bool, beside: dict[str, object]) -> None:
    """Make a recipe of another tool's file.

    Takes: `beside`, the options that say something about data, of which none may be given.
    """
    from acclimate.core.artifact import write_text
    from acclimate.pipeline.init.write import need_free
    from acclimate.pipeline.peers import convert

    for name, value in beside.items():
        if value is not None:
            raise UserError(
                Fault(f"--{name}", "it stands beside --from", "--to and --force", "write it into the recipe")
            )
    place = to or Path(f"{Path(file).stem}_recipe.yaml")
    if place.resolve() == Path(file).resolve():
        raise UserError(Fault("--to", f"{place} is the file that is read", "another file", "name another"))
    need_free(place, force=force)
    text, left_out = convert(file)
    write_text(place, text)
    for one in left_out:
        print(one)
    print(
        f"\n{len(left_out)} keys were not carried over; the recipe names them at its end"
        if left_out
        else "all was carried over"
    )
    print(f"written: {place}\n  acclimate check {place}\n  acclimate run {place}")
