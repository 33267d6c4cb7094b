"""`acclimate predict MODEL [TEXT | FILE | -]`"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from acclimate.cli.given import is_file, lines_of


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
    from acclimate.predict.files import as_json, joined, of_texts, write

    file = is_file(what, "predict")
    with load(model, batch_tokens=batch_tokens) as loaded:
        if output is not None:
            lines = lines_of(what, "predict")
            chunks = (
                loaded.predict_file(what) if file else of_texts(lines, "text", lambda texts, _: loaded.predict(texts))
            )
            print(f"{write(output, chunks)} rows: {output}")
        elif file:
            for rows, answers in loaded.predict_file(what):
                for row, answer in zip(rows.to_pylist(), answers, strict=True):
                    print(as_json(joined(row, answer)), flush=True)
        else:
            for _, line in lines_of(what, "predict"):
                print(as_json(loaded.predict(line)[0]), flush=True)


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("predict")(predict)
