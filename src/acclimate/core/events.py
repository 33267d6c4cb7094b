"""What happens during a run, told to whoever listens (the command line's display, a log, a tracker)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Event:
    """`kind` is one of: stage, note, warning, progress, log, saved, done. `text` is one line; `data` holds the numbers."""

    kind: str
    text: str = ""
    data: dict[str, Any] = field(default_factory=dict)


Tell = Callable[[Event], None]


def silent(event: Event) -> None:
    """Listen to nothing."""


def note(tell: Tell, text: str) -> None:
    """Tell one line that a reader of the log will want."""
    tell(Event("note", text))


def warn(tell: Tell, text: str) -> None:
    """Tell one line that the user should act on."""
    tell(Event("warning", text))
