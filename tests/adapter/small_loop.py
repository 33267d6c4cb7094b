"""A loop of a dozen lines that calls an adapter's hooks as train/loop.py does, on batches that depend on the update alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch.nn.functional import cross_entropy

from tests.made import VOCABULARY


def ids_of(update: int) -> torch.Tensor:
    draw = torch.Generator().manual_seed(update)
    return torch.randint(5, VOCABULARY, (4, 12), generator=draw)


def optimizer_of(model: Any, learning_rate: float = 1e-2) -> torch.optim.AdamW:
    return torch.optim.AdamW([weight for weight in model.parameters() if weight.requires_grad], lr=learning_rate)


def updates(model: Any, adapter: Any, numbers: Iterable[int], optimizer: torch.optim.Optimizer) -> None:
    """Run the updates `numbers` (1-based). Every token is to be said from the one before it."""
    model.train()
    for update in numbers:
        torch.manual_seed(update)
        ids = ids_of(update)
        logits = model(input_ids=ids).logits
        loss = cross_entropy(logits[:, :-1].reshape(-1, logits.shape[-1]), ids[:, 1:].reshape(-1))
        extra = adapter.extra_loss(model)
        (loss if extra is None else loss + extra).backward()
        optimizer.step()
        adapter.after_update(model, update)
        optimizer.zero_grad()
    model.eval()


def logits_of(model: Any, ids: torch.Tensor | None = None) -> torch.Tensor:
    with torch.no_grad():
        return model.eval()(input_ids=ids_of(0) if ids is None else ids).logits
