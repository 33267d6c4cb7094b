"""SIGINT and SIGTERM ask the loop to save and stop; a SIGINT after that stops at once.

A SIGTERM after that changes nothing: torchrun sends one to each process after the terminal did, and so do schedulers.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Stop:
    """Becomes true when a signal has come."""

    def __init__(self) -> None:
        self.asked = False


@contextmanager
def stop_on_signals() -> Iterator[Stop]:
    """Listen for SIGINT and SIGTERM while the body runs (in the main thread; elsewhere nothing is listened for)."""
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def ask(number: int, frame: FrameType | None) -> None:
        if stop.asked and number == signal.SIGINT:
            raise KeyboardInterrupt
        stop.asked = True

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
