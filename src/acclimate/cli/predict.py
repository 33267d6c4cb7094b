"""`acclimate predict MODEL [TEXT | FILE | -]`"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from acclimate.core.errors import Fault, UserError


def predict(
    model: Annotated[str, typer.Argument(help="the folder of a run or a model, or a Hub id")],
    what: Annotated[
        str, typer.Argument(metavar="[TEXT | FILE | -]", help="a text; a file of any format; -: lines of text")
    ] = "-",
    output: Annotated[
        Path | None, typer.Option(help=".csv, .jsonl or .parquet (default: JSON lines on the screen)")
    ] = None,
    batch_tokens: Annotated[int, typer.Option(min=16, help="most tokens in a forward pass, padding included")] = 8192,
) -> None:
    """Answer by a trained model: labels with probabilities, entities, answers. Order and columns of a file are kept."""
    from acclimate.pipeline.predict import load
    from acclimate.predict.files import joined, write

    file = is_file(what, "predict")
    with load(model, batch_tokens=batch_tokens) as loaded:
        if what == "-":
            for line in sys.stdin:
                _say(loaded.predict(line.rstrip("\n"))[0])
        elif file:
            chunks = loaded.predict_file(what)
            if output is not None:
                print(f"{write(output, chunks)} rows: {output}")
                return
            for rows, answers in chunks:
                for row, answer in zip(rows.to_pylist(), answers, strict=True):
                    _say(joined(row, answer))
        else:
            _say(loaded.predict(what)[0])


def is_file(what: str, where: str) -> bool:
    """Say whether a file is meant, or a text. Raises: UserError for a folder, and for what looks like a file and is not there."""
    allowed = "a file, a text, or - for lines of text"
    try:
        if Path(what).is_file():
            return True
        is_folder = bool(what) and Path(what).is_dir()
    except (OSError, ValueError):  # no file can be called so
        return False
    if is_folder or _looks_like_a_file(what):
        found, do = (f"{what} is a folder", "name a file in it") if is_folder else (f"no file {what}", "check the path")
        raise UserError(Fault(where, found, allowed, f"{do}; a text that looks like one goes in as a line (-)"))
    return False


def _looks_like_a_file(what: str) -> bool:
    """Say whether one word ends as the files do that sources read, or is a path to a file of any ending."""
    from acclimate.sources.ending import ending_of

    if len(what.split()) != 1:
        return False
    return ending_of(what) is not None or re.fullmatch(r".*[/\\].*\.[A-Za-z][A-Za-z0-9]{0,7}", what) is not None


def _say(line: object) -> None:
    print(json.dumps(line, ensure_ascii=False, default=str), flush=True)


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("predict")(predict)
