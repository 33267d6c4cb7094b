"""`acclimate generate MODEL [PROMPT | FILE | -] [KEY=VALUE ...]`"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from acclimate.cli.answers import put, say
from acclimate.cli.given import is_file, lines_of


def generate(
    model: Annotated[str, typer.Argument(help="the folder of a run or a model, or a Hub id: a causal model")],
    what: Annotated[
        str,
        typer.Argument(
            metavar="[PROMPT | FILE | -]",
            help="a prompt; a file of any format (.txt: a prompt a line); -: a prompt a line",
        ),
    ] = "-",
    settings: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="KEY=VALUE",
            help="max_new_tokens (256), temperature (0: greedy), top_p, top_k, repetition_penalty, seed, stop",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(help=".csv, .jsonl or .parquet (default: answers on the screen, of a file's rows JSON lines)"),
    ] = None,
    raw: Annotated[
        bool, typer.Option("--raw", help="write on from the prompt as it is, not by the chat template")
    ] = False,
    source: Annotated[
        list[str] | None, typer.Option(metavar="KEY=VALUE", help="how a file is read, as in a recipe: delimiter=';'")
    ] = None,
    batch_tokens: Annotated[
        int, typer.Option(min=16, help="most tokens at a time, padding and answers included")
    ] = 8192,
) -> None:
    """Write answers by a causal model, as it was trained to be asked. A file's rows (columns messages, prompt,
    instruction and input, question and context, or text) keep order and columns and get the column generated.
    """
    from acclimate.cli.display import Display
    from acclimate.pipeline.asked import options_from
    from acclimate.pipeline.generate import decoding_from
    from acclimate.pipeline.predict import load
    from acclimate.predict.files import of_texts

    file = is_file(what, "generate")
    options = options_from(source or [], file=file)
    decoding, tell, lines = decoding_from(settings or []), Display(), lines_of(what, "generate", blank=False)
    with load(model, batch_tokens=batch_tokens) as loaded:
        if file:
            put(loaded.generate_file(what, decoding, tell, raw=raw, source=options), output)
        elif output is not None:
            ask = loaded.speaking.generate
            put(of_texts(lines, "prompt", lambda some, names: ask(some, decoding, tell, names, raw=raw)), output)
        else:
            for name, line in lines:
                say(loaded.speaking.stream(line, decoding, raw=raw, name=name))


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("generate")(generate)
