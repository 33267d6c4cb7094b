"""`acclimate sample NAME --to FOLDER`"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def sample(
    name: Annotated[
        str, typer.Argument(help="hospital, finance, general, ner, qa, reviews, triage, leaflets or claims")
    ],
    to: Annotated[Path, typer.Option(help="folder to write into")],
    size: Annotated[int | None, typer.Option(help="patients, documents, passages, reviews, questions or pairs")] = None,
    seed: Annotated[int, typer.Option(help="the same seed gives the same files")] = 0,
) -> None:
    """Write made-up data to try acclimate on.

    hospital: records of patients (Parquet and CSV) · finance: texts · general: short passages in English and Chinese (JSONL) ·
    ner: sentences with diseases marked (CoNLL and JSONL) · qa: medical questions and answers in English and in Chinese (CSV) ·
    reviews: of films, positive or negative (CSV) · triage: notes with the teams that were called (JSONL) ·
    leaflets: of medicines, with questions and the answers in them, or none (JSONL) · claims: pairs of reports, and how alike they are (CSV)
    """
    from acclimate.core.errors import Fault, UserError
    from acclimate.samples.files import DEFAULT_SIZE, write_sample

    try:
        paths = write_sample(name, to, seed=seed, size=size)
    except FileExistsError as error:
        raise UserError(Fault("--to", str(error), "a folder without these files", "name another folder")) from None
    except (KeyError, ValueError) as error:
        raise UserError(Fault("sample", str(error), ", ".join(DEFAULT_SIZE), "name one of them")) from None
    print(f"{len(paths)} file{'s' if len(paths) > 1 else ''} in {to}")


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("sample")(sample)
