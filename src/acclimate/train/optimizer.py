"""AdamW, and its state by parameter name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from acclimate.train.section import Train

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.optim import AdamW


def trainable(model: nn.Module) -> dict[str, nn.Parameter]:
    """Give the parameters that are trained, by name; a tied one once."""
    return {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}


def make_optimizer(model: nn.Module, settings: Train, learning_rate: float) -> AdamW:
    """Make a fused AdamW (Loshchilov and Hutter 2019) with two groups: matrices decay, biases and norms do not."""
    import torch

    parameters = trainable(model)
    plain = {name for name, parameter in parameters.items() if parameter.ndim < 2}
    groups: list[dict[str, Any]] = [
        {
            "params": [parameters[name] for name in parameters if name not in plain],
            "weight_decay": settings.weight_decay,
        },
        {"params": [parameters[name] for name in parameters if name in plain], "weight_decay": 0.0},
    ]
    betas = (settings.adam_beta1, settings.adam_beta2)
    return torch.optim.AdamW(groups, lr=learning_rate, betas=betas, eps=settings.adam_epsilon, fused=True)


def state_by_name(model: nn.Module, optimizer: AdamW) -> dict[str, Tensor]:
    """Give the optimiser's tensors as "parameter name|state name"."""
    return {
        f"{name}|{key}": tensor
        for name, parameter in trainable(model).items()
        for key, tensor in optimizer.state.get(parameter, {}).items()
    }


def load_state(model: nn.Module, optimizer: AdamW, tensors: Mapping[str, Tensor]) -> None:
    """Put back what `state_by_name` gave (the tensors are copied)."""
    parameters = trainable(model)
    for key, tensor in tensors.items():
        name, _, part = key.partition("|")
        kept = tensor.clone() if part == "step" else tensor.to(parameters[name].device, copy=True)
        optimizer.state[parameters[name]][part] = kept
