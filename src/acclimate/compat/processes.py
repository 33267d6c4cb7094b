"""Several processes of one run (torchrun): who writes, who waits."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from acclimate.compat.hardware import device


def rank() -> int:
    """Give this process's number, 0 where there is only one."""
    return int(os.environ.get("RANK", "0"))


def is_main() -> bool:
    """Say whether this process is the one that writes."""
    return rank() == 0


@contextmanager
def main_first() -> Iterator[None]:
    """Let the main process do the body before the others (who then find its files)."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield
        return
    with _state().main_process_first():
        yield


def wait_for_all() -> None:
    """Wait until every process has come here."""
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        _state().wait_for_everyone()


def accelerator(*, bf16: bool, trackers: list[str], logs: str) -> Any:
    """Give an Accelerator of its own for one training (accelerate keeps the first one's precision for a whole process)."""
    from accelerate import Accelerator
    from accelerate.state import AcceleratorState

    AcceleratorState._reset_state(reset_partial_state=False)
    precision = "bf16" if bf16 else "no"
    return Accelerator(mixed_precision=precision, log_with=trackers or None, project_dir=logs, cpu=device() == "cpu")


def _state() -> Any:
    """Give the group of processes; made here first, or accelerate takes several CPU processes for one each."""
    from accelerate import PartialState

    return PartialState(cpu=device() == "cpu")
