"""bitsandbytes, kept from fetching machine code off the Hub while it is imported (promises 20 and 21)."""

from __future__ import annotations

import logging
import sys
from importlib.util import find_spec


def tame() -> None:
    """Import bitsandbytes, where it is installed, without the package `kernels`, by which it would fetch code.

    PEFT imports it, too, so this comes before PEFT.
    """
    if "bitsandbytes" in sys.modules or find_spec("bitsandbytes") is None:
        return
    there = sys.modules.get("kernels")
    log = logging.getLogger("bitsandbytes")
    level = log.level
    sys.modules["kernels"] = None  # type: ignore[assignment]  # an import of it fails, and bitsandbytes goes without
    log.setLevel(logging.ERROR)
    try:
        import bitsandbytes as _  # noqa: F401
    finally:
        log.setLevel(level)
        sys.modules.pop("kernels")
        if there is not None:
            sys.modules["kernels"] = there
