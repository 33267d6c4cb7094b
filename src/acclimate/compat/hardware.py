"""What the machine can do, and what the bits of a run depend on."""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import sys
from pathlib import Path
from typing import Any

from acclimate.compat.offline import offline

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_GLIBC_THRESHOLD = 128 * 2**10


def has_bf16() -> bool:
    """Say whether bfloat16 products are fast here: any CUDA device that has them, or AVX512-BF16 or AMX."""
    import torch

    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported())
    capability = torch.backends.cpu.get_cpu_capability()
    flags = _cpu_flags()
    return capability.startswith("AVX512") and bool({"avx512_bf16", "amx_bf16"} & flags)


def _cpu_flags() -> set[str]:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next((set(line.partition(":")[2].split()) for line in lines if line.startswith("flags")), set())
    except OSError:
        return set()


def device() -> str:
    """Give where models run: cuda if there is one, else cpu.

    cuDNN's attention is turned off: it plans anew for each length of text. Without it a small decoder's first updates on
    texts of many lengths were 28 times as fast (an H200; docs/log.md).
    """
    import torch

    if not torch.cuda.is_available():
        return "cpu"
    torch.backends.cuda.enable_cudnn_sdp(False)
    return "cuda"


def bits_depend_on() -> dict[str, Any]:
    """Give what another machine or another number of threads would change in a run's bits."""
    import torch
    import transformers

    return {
        "threads": torch.get_num_threads(),
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "device": torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu",
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "machine": platform.machine(),
        "processes": int(os.environ.get("WORLD_SIZE", "1")),
    }


def keep_freed_memory() -> None:
    """Tell glibc to keep freed memory mapped: large tensors come and go at each step (measured 1.0 to 1.8 times).

    Where their sizes change from step to step, what is kept grows (docs/log.md); `give_freed_memory_back` ends it.
    """
    _mallopt(1 << 30, 2**31 - 1)


def give_freed_memory_back() -> None:
    """Give the system what is free, and keep no freed memory any more, as glibc does unless it is told otherwise."""
    if _mallopt(_GLIBC_THRESHOLD, _GLIBC_THRESHOLD):
        ctypes.CDLL(None).malloc_trim(0)


def _mallopt(from_size: int, trim_size: int) -> bool:
    """Set which blocks have a mapping of their own, and how much may lie free at the heap's end; say whether it is glibc's."""
    if sys.platform != "linux" or os.environ.get("MALLOC_TRIM_THRESHOLD_"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    mallopt(_M_MMAP_THRESHOLD, from_size)
    mallopt(_M_TRIM_THRESHOLD, trim_size)
    return True


def peak_memory() -> int:
    """Give the largest memory so far, in bytes: the GPU's if there is one, else the process's resident set."""
    import torch

    if torch.cuda.is_available():
        return int(torch.cuda.max_memory_allocated())
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def machine() -> dict[str, str]:
    """Give what this machine has, in words."""
    import psutil
    import torch

    memory = psutil.virtual_memory()
    return {
        "system": platform.platform(),
        "processors": f"{os.cpu_count()} ({platform.machine()}, {torch.backends.cpu.get_cpu_capability()})",
        "threads": str(torch.get_num_threads()),
        "bfloat16": "yes" if has_bf16() else "no",
        "memory": f"{memory.available / 2**30:.1f} of {memory.total / 2**30:.1f} GiB free",
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else "none",
        "offline": "yes (HF_HUB_OFFLINE)" if offline() else "no",
    }


def versions() -> dict[str, str]:
    """Give the versions of everything a result depends on."""
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": platform.python_version()}
    for name in (
        "acclimate",
        "torch",
        "transformers",
        "tokenizers",
        "peft",
        "accelerate",
        "numpy",
        "pyarrow",
        "duckdb",
    ):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
