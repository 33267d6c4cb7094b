"""How a learned table of positions starts in a model from scratch."""

from __future__ import annotations

import math

import torch
from torch import nn


def start_positions(model: nn.Module) -> None:
    """Start a learned table of positions as sinusoids (Vaswani et al. 2017), scaled to the spread it was drawn with.

    Neighbouring places then look alike from the first update on, and attention to neighbours is a rotation away.
    """
    for name, table in model.named_parameters():
        if not name.endswith("position_embeddings.weight"):
            continue
        places, size = table.shape
        rates = torch.exp(torch.arange(0, size, 2) * (-math.log(10_000.0) / size))
        angles = torch.arange(places)[:, None] * rates[None]
        waves = torch.stack([angles.sin(), angles.cos()], dim=-1).reshape(places, -1)[:, :size]
        with torch.no_grad():
            table.copy_(waves * (table.std() / waves.std()))
