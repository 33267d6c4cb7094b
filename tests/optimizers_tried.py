"""What every optimiser must do in the loop: learn, and go on from a checkpoint with the same bits."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest
import torch

from acclimate.core.errors import Interrupted
from acclimate.core.events import Event, silent
from acclimate.train.loop import Loop
from acclimate.train.section import Train
from tests.made import examples, job, language_model

DATA = examples(20)


def trained(place: Path, optim: Any, rate: float, *, stop_at: int = 0) -> tuple[list[float], dict[str, torch.Tensor]]:
    """Train a tiny BERT for 12 updates (from the newest checkpoint on); give the losses and the weights."""
    settings = Train(optim=optim, learning_rate=rate, max_steps=12, per_device_train_batch_size=8, bf16=False,
                     logging_steps=1, weight_decay=0.01)  # fmt: skip

    def stop(event: Event) -> None:
        if event.kind == "progress" and event.data["step"] == stop_at:
            os.kill(os.getpid(), signal.SIGTERM)

    lm = language_model("bert")
    result = Loop(job(lm, place, DATA, settings, tell=stop if stop_at else silent)).run()
    losses = [line["loss"] for line in result.history]
    return losses, {name: parameter.detach().clone() for name, parameter in lm.model.named_parameters()}


def learns_and_resumes(place: Path, optim: Any, rate: float) -> None:
    """Assert that the loss falls, and that a run stopped at its fifth update ends in the same bits."""
    losses, weights = trained(place / "whole", optim, rate)
    assert sum(losses[-3:]) < sum(losses[:3])
    with pytest.raises(Interrupted):
        trained(place / "parts", optim, rate, stop_at=5)
    again, others = trained(place / "parts", optim, rate)
    assert again == losses
    assert all(torch.equal(weights[name], others[name]) for name in weights)


def one_step(optim: Any, rate: float, gradient: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Give a weight after one step."""
    parameter = torch.nn.Parameter(weight.clone())
    optimizer = optim.make([{"params": [parameter], "weight_decay": 0.0}], rate, Train())
    parameter.grad = gradient.clone()
    optimizer.step()
    return parameter.detach()
