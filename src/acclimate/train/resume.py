"""Going on from the newest checkpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acclimate.compat.hardware import bits_depend_on
from acclimate.core.events import note, warn
from acclimate.train.job import Job
from acclimate.train.plan import Plan
from acclimate.train.state import State

if TYPE_CHECKING:
    from torch.optim import Optimizer


def resume(job: Job, plan: Plan, state: State, optimizer: Optimizer) -> None:
    """Put the newest whole checkpoint of this run into model, optimiser and state, and say whether bits will be the same."""
    import torch

    if not job.settings.resume_from_checkpoint:
        return
    place, skipped = job.checkpoints.newest()
    for name in skipped:
        warn(job.tell, f"{name} is incomplete or of another run; it was skipped")
    if place is None:
        return
    data = job.checkpoints.load(place, job.model, optimizer)
    state.restore(data)
    job.adapter.restore(job.model, job.checkpoints.more(place))
    here, there = bits_depend_on(), data["bits_depend_on"]
    if here["threads"] != there["threads"]:
        torch.set_num_threads(there["threads"])
    differs = {key: (there[key], here[key]) for key in here if key != "threads" and here[key] != there.get(key)}
    exact = "bit for bit" if not differs and data["max_steps"] == plan.updates else "not bitwise"
    why = f" ({differs})" if differs else "" if exact == "bit for bit" else " (the number of updates was changed)"
    note(job.tell, f"going on from {place.name}, {exact}{why}")
