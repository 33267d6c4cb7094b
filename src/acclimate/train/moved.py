"""After training, everything that should have moved has moved, and nothing frozen has (promise 8)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from acclimate.core.errors import AcclimateError

if TYPE_CHECKING:
    from torch import Tensor, nn


def digest(tensor: Tensor) -> str:
    """Give a hash of a tensor's bytes."""
    import torch

    flat = tensor.detach().cpu().contiguous().flatten().view(torch.uint8)
    return hashlib.blake2b(flat.numpy().data, digest_size=8).hexdigest()


def digests(model: nn.Module) -> dict[str, str]:
    """Give a hash of every parameter."""
    return {name: digest(parameter) for name, parameter in model.named_parameters()}


def check_moved(model: nn.Module, start: dict[str, str], with_gradient: set[str]) -> None:
    """Compare with the start.

    Takes: `start`, digests before the first update; `with_gradient`, names that had a gradient other than 0.
    Raises: AcclimateError naming what stood still, or moved though it was frozen.
    """
    now = digests(model)
    names = dict(model.named_parameters())
    still = [name for name in with_gradient if now[name] == start[name]]
    frozen = [name for name in start if not names[name].requires_grad and now[name] != start[name]]
    if still:
        raise AcclimateError(f"trained weights that did not move: {', '.join(sorted(still)[:5])}")
    if frozen:
        raise AcclimateError(f"frozen weights that moved: {', '.join(sorted(frozen)[:5])}")
