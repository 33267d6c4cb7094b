"""What happens during a run, told to whoever listens (the command line's display, a log, a tracker)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True)
class Event:
    """`kind` is one of: stage, note, warning, progress, log, saved, done. `text` is one line; `data` holds the numbers."""

    kind: str
    text: str = ""
    data: dict[str, Any] = field(default_factory=dict)


Tell = Callable[[Event], None]


class Callback(Protocol):
    """Is told what happens in a training. It changes nothing of it."""

    def listen(self, folder: Path) -> Tell:
        """Give what is called with every event, in the main process. Takes: `folder`, the phase's train folder."""
        ...


def silent(event: Event) -> None:
    """Listen to nothing."""


def note(tell: Tell, text: str) -> None:
    """Tell one line that a reader of the log will want."""
    tell(Event("note", text))


def warn(tell: Tell, text: str) -> None:
    """Tell one line that the user should act on."""
    tell(Event("warning", text))
