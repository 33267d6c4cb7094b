"""Trackers that accelerate can tell about a run: are they here, and do they stay silent where they must?"""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib.util import find_spec

from acclimate.compat.offline import offline
from acclimate.core.errors import Fault, UserError

# Those that open a connection by themselves, and the setting with which they do not.
_QUIET = {
    "wandb": ("WANDB_MODE", "offline"),
    "comet_ml": ("COMET_START_ONLINE", "0"),
    "clearml": ("CLEARML_OFFLINE_MODE", "1"),
    "swanlab": ("SWANLAB_MODE", "offline"),
}


def need_trackers(names: Sequence[str], where: str) -> None:
    """Raise UserError for a tracker that is not installed, or that would reach the network where the Hub is off.

    accelerate leaves out in silence what is not installed.
    """
    faults = [
        Fault(where, f"{name} is not installed", "", f"pip install {name.replace('_', '-')}")
        for name in names
        if find_spec(name) is None
    ]
    if offline():
        for name in names:
            variable, quiet = _QUIET.get(name, ("", ""))
            if variable and os.environ.get(variable) != quiet:
                found = f"{name} would open a connection, but HF_HUB_OFFLINE is set"
                faults.append(Fault(where, found, "a tracker that writes to this machine", f"set {variable}={quiet}"))
    if faults:
        raise UserError(*faults)
