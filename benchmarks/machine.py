"""What a measurement of time depends on. No name of a host or a user is kept."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

from acclimate.compat.hardware import has_bf16, keep_freed_memory, versions

QUIET = 0.5
"""The largest load by other work beside which a measured time says something."""


def machine() -> dict[str, Any]:
    """Give processor, threads, versions, and how busy the machine was with other work; and keep freed memory mapped.

    `load_before` is the mean number of running processes in the minute before: above 0, others took their share.
    """
    import torch

    keep_freed_memory()
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "bf16": has_bf16(),
        "load_before": round(os.getloadavg()[0], 2),
        "versions": versions(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())
