"""`acclimate generate MODEL [PROMPT | FILE | -] [KEY=VALUE ...]`"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from acclimate.cli.given import is_file, lines_of


def generate(
    model: Annotated[str, typer.Argument(help="the folder of a run or a model, or a Hub id: a causal model")],
    what: Annotated[
        str,
        typer.Argument(
            metavar="[PROMPT | FILE | -]",
            help="a prompt; a file of any format; -: a prompt a line, blank ones are none",
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
    batch_tokens: Annotated[
        int, typer.Option(min=16, help="most tokens at a time, padding and answers included")
    ] = 8192,
) -> None:
    """Write answers by a causal model, as it was trained to be asked. A file's rows (columns messages, prompt,
    instruction and input, question and context, or text) keep order and columns and get the column generated.
    """
    from acclimate.cli.display import Display
    from acclimate.pipeline.generate import decoding_from
    from acclimate.pipeline.predict import load
    from acclimate.predict.files import as_json, joined, of_texts, write

    file = is_file(what, "generate")
    decoding = decoding_from(settings or [])
    with load(model, batch_tokens=batch_tokens) as loaded:
        if output is not None:
            lines, tell = lines_of(what, "generate", blank=False), Display()
            chunks = (
                loaded.generate_file(what, decoding, tell, raw=raw)
                if file
                else of_texts(
                    lines,
                    "prompt",
                    lambda texts, names: loaded.speaking.generate(texts, decoding, tell, names, raw=raw),
                )
            )
            print(f"{write(output, chunks)} rows: {output}")
        elif file:
            for rows, answers in loaded.generate_file(what, decoding, Display(), raw=raw):
                for row, answer in zip(rows.to_pylist(), answers, strict=True):
                    print(as_json(joined(row, answer)), flush=True)
        else:
            for name, line in lines_of(what, "generate", blank=False):
                say(loaded.speaking.stream(line, decoding, raw=raw, name=name))


def say(pieces: Iterable[str]) -> str:
    """Print pieces as they come, and a line end; give them together."""
    told = []
    for piece in pieces:
        told.append(piece)
        print(piece, end="", flush=True)
    print(flush=True)
    return "".join(told)


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("generate")(generate)
