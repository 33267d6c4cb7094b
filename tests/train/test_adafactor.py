from pathlib import Path

import torch

from acclimate.train.optimizers.adafactor import Adafactor
from acclimate.train.section import Train
from tests.optimizers_tried import learns_and_resumes


def test_it_learns_and_goes_on_with_the_same_bits(tmp_path: Path) -> None:
    learns_and_resumes(tmp_path, "adafactor", 5e-2)


def test_a_matrix_is_remembered_by_a_row_and_a_column() -> None:
    weight = torch.nn.Parameter(torch.ones(30, 20))
    optimizer = Adafactor().make([{"params": [weight], "weight_decay": 0.0}], 1e-2, Train())
    weight.grad = torch.ones_like(weight)
    optimizer.step()
    state = optimizer.state[weight]
    assert sum(value.numel() for value in state.values()) == 30 + 20 + 1
    assert torch.allclose(weight, torch.full_like(weight, 0.99)), "the rate times the weights' own size, 1"
