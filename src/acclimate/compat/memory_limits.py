"""How much memory this process may fill: of the GPU where there is one, else of the machine or of its container."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_CGROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Room:
    """Bytes. `free`: what may be filled now, what this process holds already (`held`; on a GPU 0) included; `total`: all
    that there is; `gpu`: whose memory it is.
    """

    free: int
    total: int
    gpu: bool
    held: int = 0


def room() -> Room:
    """Look how much memory there is. Several processes of one machine share its memory evenly."""
    import psutil
    import torch

    if torch.cuda.is_available():
        free, total = torch.cuda.mem_get_info()
        return Room(free + torch.cuda.memory_reserved(), total, gpu=True)
    machine, swap = psutil.virtual_memory(), psutil.swap_memory()
    held, processes = psutil.Process().memory_info().rss, int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    free, total = machine.available, machine.total + swap.total
    for limit, used in _limits(Path("/proc/self/cgroup")):
        free, total = min(free, limit - used), min(total, limit)
    return Room(min(total, max(0, free) // processes + held), total // processes, gpu=False, held=held)


def _limits(membership: Path) -> Iterator[tuple[int, int]]:
    """Give limit and use (pages of files that can be dropped not counted) of every control group above this process."""
    try:
        lines = [line.split(":", 2) for line in membership.read_text(encoding="utf-8").splitlines()]
    except OSError:
        return
    for _, controllers, name in lines:
        if controllers and "memory" not in controllers.split(","):
            continue
        root = _CGROUPS / "memory" if controllers else _CGROUPS
        names = ("memory.limit_in_bytes", "memory.usage_in_bytes") if controllers else ("memory.max", "memory.current")
        group = root / name.lstrip("/")
        for folder in (group, *group.parents):
            if not folder.is_relative_to(root):
                break
            limit, used = (_number(folder / name) for name in names)
            if limit is not None and used is not None:
                yield limit, used - _droppable(folder / "memory.stat")


def _number(path: Path) -> int | None:
    """Read a number; None where there is no file, or where it says `max`."""
    try:
        return int(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _droppable(path: Path) -> int:
    try:
        pairs = (line.split() for line in path.read_text(encoding="utf-8").splitlines())
        return next((int(value) for key, value in pairs if key in ("inactive_file", "total_inactive_file")), 0)
    except (OSError, ValueError):
        return 0
