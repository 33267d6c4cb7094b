"""DeBERTa v1 under bfloat16 autocast: its two biases would make the query float32, whose lowest number bfloat16 scores
can't hold.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from transformers.models.deberta.modeling_deberta import DisentangledSelfAttention

_BIASES = ("q_bias", "v_bias")


def mend_autocast(model: nn.Module) -> None:
    """Let each attention layer see its biases in autocast's type while it runs; the parameters stay what they are."""
    for module in model.modules():
        if isinstance(module, DisentangledSelfAttention):
            module.register_forward_pre_hook(_show_cast)
            module.register_forward_hook(_show_own, always_call=True)


def _show_cast(module: nn.Module, inputs: tuple[Any, ...]) -> None:
    biases = {name: module.get_parameter(name) for name in _BIASES}
    kind = biases["q_bias"].device.type
    if torch.is_autocast_enabled(kind):
        # What lies in __dict__ is found before the parameter of that name.
        module.__dict__.update({name: bias.to(torch.get_autocast_dtype(kind)) for name, bias in biases.items()})


def _show_own(module: nn.Module, inputs: tuple[Any, ...], output: Any) -> None:
    for name in _BIASES:
        module.__dict__.pop(name, None)
