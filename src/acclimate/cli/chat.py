"""`acclimate chat MODEL [KEY=VALUE ...]`"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from acclimate.cli.answers import say
from acclimate.cli.given import typed
from acclimate.core.errors import Fault, UserError


def chat(
    model: Annotated[str, typer.Argument(help="the folder of a run or a model, or a Hub id, with a chat template")],
    settings: Annotated[
        list[str] | None, typer.Argument(metavar="KEY=VALUE", help="as for generate, such as temperature=0.7")
    ] = None,
    system: Annotated[str | None, typer.Option(help="what stands before the conversation")] = None,
) -> None:
    """Talk with a model by its own chat template; it sees all turns so far. /reset begins anew, /exit ends. Lines that are
    piped in are turns, too.
    """
    from acclimate.pipeline.generate import decoding_from
    from acclimate.pipeline.predict import load

    decoding = decoding_from(settings or [])
    with load(model) as loaded:
        if not loaded.speaking.lm.tokenizer.chat_template:
            found = f"{model} has no chat template"
            raise UserError(Fault("chat", found, "a model that was trained to answer", "use acclimate generate"))
        begin = [{"role": "system", "content": system}] if system else []
        turns = list(begin)
        for line in map(str.strip, typed("chat", sign="> ")):
            if line == "/exit":
                return
            if line == "/reset":
                turns = list(begin)
            elif line:
                asked = [*turns, {"role": "user", "content": line}]
                try:
                    turns = [*asked, {"role": "assistant", "content": say(loaded.stream(asked, decoding))}]
                except UserError as error:
                    print(f"{error}\n  /reset begins anew, /exit ends", file=sys.stderr, flush=True)


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("chat")(chat)
