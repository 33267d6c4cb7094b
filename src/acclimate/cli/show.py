"""`acclimate show RECIPE --row N`"""

from __future__ import annotations

from typing import Annotated

import typer

from acclimate.cli.code import AllowCode

_STYLES = {"tag": "cyan", "hidden": "bold white on red", "learnt": "green", "seen": ""}


def show(
    recipe: Annotated[str, typer.Argument(help="the recipe's YAML file")],
    overrides: Annotated[list[str] | None, typer.Argument(metavar="KEY=VALUE", help="as for run")] = None,
    row: Annotated[int, typer.Option(help="number of the training row, from 0")] = 0,
    epoch: Annotated[int, typer.Option(help="epoch whose masks to show, from 0")] = 0,
    tokens: Annotated[bool, typer.Option("--tokens", help="one line a token: place, id, kind, text")] = False,
    allow_code: AllowCode = False,
) -> None:
    """Show a row as the model sees it: tags, pieces (a dot stands between those of one word), what is hidden or learnt."""
    from rich.console import Console
    from rich.text import Text

    from acclimate.core.local_code import code_allowed
    from acclimate.pipeline.show import show as look

    with code_allowed(allow_code):
        found = look(recipe, row, epoch, overrides or [])
    console = Console(highlight=False, soft_wrap=True, emoji=False)
    console.print(
        f"row {found.row_id}, {len(found.windows)} window(s), {found.share:.1%} of the tokens hidden or learnt",
        markup=False,
    )
    if found.read_as:
        console.print(found.read_as, markup=False)
    if tokens:
        for window in found.windows:
            for place, piece in enumerate(window):
                console.print(Text(f"{place:>6} {piece.id:>7} {piece.kind:<6} {piece.text!r}", _STYLES[piece.kind]))
        return
    kinds_there = {piece.kind for window in found.windows for piece in window[1:]}
    bracketed = {"hidden", "learnt"} if "seen" in kinds_there else {"hidden"}
    for window in found.windows:
        text = Text()
        kinds = ["tag", *(piece.kind for piece in window)]
        for before, piece in zip(kinds, window, strict=False):
            inside_a_word = "tag" not in (before, piece.kind) and not piece.text[:1].isspace()
            body = piece.text.lstrip(" ")
            text.append(" " * (len(piece.text) - len(body)) + ("·" if inside_a_word else ""))
            shown = f"[{body}]" if piece.kind in bracketed and not console.is_terminal else body
            text.append(shown, style=_STYLES[piece.kind])
        console.print(text)
    legend = Text("\n")
    for kind in ("tag", "hidden", "learnt", "seen"):
        legend.append(f" {kind} ", style=_STYLES[kind])
    console.print(legend)


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("show")(show)
