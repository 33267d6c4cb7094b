"""`acclimate predict MODEL [TEXT | FILE | -]`"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from acclimate.cli.answers import notes, put
from acclimate.cli.given import is_file, lines_of


def predict(
    model: Annotated[str, typer.Argument(help="the folder of a run or a model, or a Hub id")],
    what: Annotated[
        str,
        typer.Argument(
            metavar="[TEXT | FILE | -]", help="a text; a file of any format (.txt: a text a line); -: lines"
        ),
    ] = "-",
    output: Annotated[
        Path | None, typer.Option(help=".csv, .jsonl or .parquet (default: JSON lines on the screen)")
    ] = None,
    source: Annotated[
        list[str] | None, typer.Option(metavar="KEY=VALUE", help="how a file is read, as in a recipe: delimiter=';'")
    ] = None,
    batch_tokens: Annotated[int, typer.Option(min=16, help="most tokens in a forward pass, padding included")] = 8192,
) -> None:
    """Answer by a trained model: labels with probabilities, entities, answers. Order and columns of a file are kept."""
    from acclimate.pipeline.asked import options_from
    from acclimate.pipeline.predict import load
    from acclimate.predict.files import as_json, of_texts

    file = is_file(what, "predict")
    options = options_from(source or [], file=file)
    with load(model, batch_tokens=batch_tokens) as loaded:
        if file:
            put(loaded.predict_file(what, notes, source=options), output)
        elif output is not None:
            put(of_texts(lines_of(what, "predict"), "text", lambda texts, _: loaded.predict(texts)), output)
        else:
            for _, line in lines_of(what, "predict"):
                print(as_json(loaded.predict(line)[0]), flush=True)


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("predict")(predict)
