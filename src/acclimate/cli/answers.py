"""Answers on the screen, or in a file."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from acclimate.core.events import Event

if TYPE_CHECKING:
    from acclimate.predict.files import Chunk


def put(chunks: Iterable[Chunk], output: Path | None) -> None:
    """Write rows with their answers into a file, or print them as JSON lines as they come."""
    from acclimate.predict.files import as_json, joined, write

    if output is not None:
        print(f"{write(output, chunks)} rows: {output}")
        return
    for rows, answers in chunks:
        for row, answer in zip(rows.to_pylist(), answers, strict=True):
            print(as_json(joined(row, answer)), flush=True)


def say(pieces: Iterable[str]) -> str:
    """Print pieces as they come, and a line end; give them together."""
    told = []
    for piece in pieces:
        told.append(piece)
        print(piece, end="", flush=True)
    print(flush=True)
    return "".join(told)


def notes(event: Event) -> None:
    """Print what is worth a line, beside the answers."""
    if event.kind == "note":
        print(event.text, file=sys.stderr, flush=True)
