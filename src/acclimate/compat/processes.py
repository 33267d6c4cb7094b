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


def processes() -> int:
    """Give how many processes share this run."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def is_main() -> bool:
    """Say whether this process is the one that writes."""
    return rank() == 0


@contextmanager
def main_first() -> Iterator[None]:
    """Let the main process do the body before the others (who then find its files)."""
    if processes() == 1:
        yield
        return
    with _state().main_process_first():
        yield


def wait_for_all() -> None:
    """Wait until every process has come here."""
    if processes() > 1:
        _state().wait_for_everyone()


class Processes:
    """The processes of one training: this one's number, how many there are, and what they know together."""

    def __init__(self, accelerator: Any) -> None:
        self._accelerator = accelerator
        self.rank, self.count = int(accelerator.process_index), int(accelerator.num_processes)

    def sum(self, value: float) -> float:
        """Add a number up over all processes."""
        import torch

        if self.count == 1:
            return value
        tensor = torch.tensor(value, dtype=torch.float64, device=self._accelerator.device)
        return float(self._accelerator.reduce(tensor, reduction="sum"))

    def any(self, value: bool) -> bool:
        """Say whether it is true in any process: all of them then do the same."""
        return value if self.count == 1 else self.sum(float(value)) > 0


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
