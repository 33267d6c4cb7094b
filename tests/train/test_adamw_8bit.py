from pathlib import Path

import pytest
import torch

from acclimate.train.optimizers.adamw import AdamW
from acclimate.train.optimizers.adamw_8bit import AdamW8bit
from acclimate.train.section import Train
from tests.optimizers_tried import learns_and_resumes, one_step

pytest.importorskip("bitsandbytes", reason="bitsandbytes is not installed")


def test_it_learns_and_goes_on_with_the_same_bits(tmp_path: Path) -> None:
    learns_and_resumes(tmp_path, {"name": "adamw_8bit", "min_8bit_size": 0}, 5e-3)


def test_moments_take_two_bytes_a_weight_and_the_step_is_adamws() -> None:
    draw = torch.Generator().manual_seed(0)
    gradient, weight = (torch.randn(64, 128, generator=draw) for _ in range(2))
    parameter = torch.nn.Parameter(weight.clone())
    optimizer = AdamW8bit().make([{"params": [parameter], "weight_decay": 0.0}], 1e-2, Train())
    parameter.grad = gradient.clone()
    optimizer.step()
    state = optimizer.state[parameter]
    assert {state[key].dtype for key in ("state1", "state2")} == {torch.uint8}
    exact = one_step(AdamW(), 1e-2, gradient, weight)
    assert torch.allclose(parameter.detach(), exact, atol=2e-3)
