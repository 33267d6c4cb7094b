"""Code of the user's own that is told what happens in a training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from acclimate.compat.processes import is_main
from acclimate.core.errors import AcclimateError, Fault, UserError
from acclimate.core.events import Callback, Event, Tell
from acclimate.core.registry import name_of


def with_callbacks(tell: Tell, callbacks: Sequence[Callback], folder: Path) -> Tell:
    """Give a `tell` that every callback hears too, in the main process alone.

    Takes: `folder`, the phase's train folder. Raises (when something is told): UserError naming the callback that failed.
    """
    if not callbacks or not is_main():
        return tell
    folder.mkdir(parents=True, exist_ok=True)
    listeners = [(name_of("callback", one), one.listen(folder)) for one in callbacks]

    def told(event: Event) -> None:
        tell(event)
        for name, listener in listeners:
            try:
                listener(event)
            except AcclimateError:
                raise
            except Exception as error:
                found = f"{name} failed on an event of the kind {event.kind!r}: {type(error).__name__}: {error}"
                raise UserError(
                    Fault("train.callbacks", found, "a callback that takes every event", "mend it")
                ) from error

    return told
