"""The optimiser's groups, and its state by parameter name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from acclimate.train.section import Train

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.optim import Optimizer


_NUMBER = "#"


def trainable(model: nn.Module) -> dict[str, nn.Parameter]:
    """Give the parameters that are trained, by name; a tied one once."""
    return {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}


def make_optimizer(model: nn.Module, settings: Train, learning_rate: float) -> Optimizer:
    """Make the optimiser that the recipe names, with two groups: matrices decay, biases and norms do not."""
    parameters = trainable(model)
    plain = {name for name, parameter in parameters.items() if parameter.ndim < 2}
    groups: list[dict[str, Any]] = [
        {
            "params": [parameters[name] for name in parameters if name not in plain],
            "weight_decay": settings.weight_decay,
        },
        {"params": [parameters[name] for name in parameters if name in plain], "weight_decay": 0.0},
    ]
    return settings.optim.make([group for group in groups if group["params"]], learning_rate, settings)


def state_by_name(model: nn.Module, optimizer: Optimizer) -> dict[str, Tensor]:
    """Give the optimiser's state as "parameter name|state name" -> tensor; a plain number's name ends in #.

    No two of them share memory (bitsandbytes' tables do), as safetensors asks.
    """
    import torch

    found, places = {}, set()
    for name, parameter in trainable(model).items():
        for key, value in optimizer.state.get(parameter, {}).items():
            if isinstance(value, torch.Tensor):
                found[f"{name}|{key}"] = value.clone() if value.data_ptr() in places else value
                places.add(value.data_ptr())
            else:
                found[f"{name}|{key}{_NUMBER}"] = torch.tensor(value, dtype=torch.float64)
    return found


def load_state(model: nn.Module, optimizer: Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Put back what `state_by_name` gave (the tensors are copied)."""
    parameters = trainable(model)
    for key, tensor in tensors.items():
        name, _, part = key.partition("|")
        state = optimizer.state[parameters[name]]
        if part.endswith(_NUMBER):
            number = float(tensor)
            state[part.removesuffix(_NUMBER)] = int(number) if number.is_integer() else number
        else:
            state[part] = tensor.clone() if part == "step" else tensor.to(parameters[name].device, copy=True)
