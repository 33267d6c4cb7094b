"""What the user is told when something is wrong.

    AcclimateError            exit 1, a bug of ours
    ├── UserError             exit 2, the recipe or the data is wrong
    └── Interrupted           exit 3, stopped and resumable

A `UserError` carries one or more faults; each says where, what was found, what is allowed and what to do.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


class AcclimateError(Exception):
    """Base of all errors that acclimate raises on purpose; `exit_code` is what the command line returns."""

    exit_code = 1


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    Takes: `where` (dotted recipe place, or file and row), `found`, `allowed`, `do` (what mends it); the last two may be empty.
    """

    where: str
    found: str
    allowed: str = ""
    do: str = ""

    def __str__(self) -> str:
        lines = [f"{self.where}: {self.found}"]
        if self.allowed:
            lines.append(f"  allowed: {self.allowed}")
        if self.do:
            lines.append(f"  do: {self.do}")
        return "\n".join(lines)


class UserError(AcclimateError):
    """The recipe or the data is wrong. `str()` of it is the whole message, a paragraph a fault."""

    exit_code = 2

    def __init__(self, *faults: Fault) -> None:
        super().__init__(*faults)
        self.faults = faults

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


class Interrupted(AcclimateError):
    """The run was stopped by a signal after its state was saved; `resume` is the command that goes on."""

    exit_code = 3

    def __init__(self, checkpoint: str, resume: str) -> None:
        super().__init__(f"stopped; everything up to {checkpoint} is saved\n  do: {resume}")
        self.checkpoint = checkpoint
        self.resume = resume


def nearest(word: str, words: Iterable[str]) -> str:
    """Give `"; did you mean X?"` for the most similar of `words`, or an empty string."""
    close = difflib.get_close_matches(word, list(words), n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else ""
