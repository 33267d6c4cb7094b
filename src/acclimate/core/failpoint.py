"""Named places where a test can kill the process, as a power cut would.

`ACCLIMATE_FAIL_AT=train.update:13` kills with SIGKILL when the place `train.update` is passed for the 13th time.
"""

from __future__ import annotations

import os
import signal
from collections import Counter

_passed: Counter[str] = Counter()


def fail_point(name: str) -> None:
    """Do nothing, unless the environment asks for death at this place and count."""
    wanted = os.environ.get("ACCLIMATE_FAIL_AT")
    if not wanted:
        return
    _passed[name] += 1
    place, _, count = wanted.partition(":")
    if place == name and _passed[name] == int(count or 1):
        os.kill(os.getpid(), signal.SIGKILL)
