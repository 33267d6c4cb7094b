from pathlib import Path

import torch

from acclimate.train.optimizers.adamw import AdamW
from tests.optimizers_tried import learns_and_resumes, one_step


def test_it_learns_and_goes_on_with_the_same_bits(tmp_path: Path) -> None:
    learns_and_resumes(tmp_path, "adamw", 5e-3)


def test_the_first_step_is_the_rate_against_the_gradients_sign() -> None:
    """By hand: m / sqrt(v) is the gradient over its own size at the first step."""
    moved = one_step(AdamW(), 0.1, torch.tensor([2.0, -0.5]), torch.tensor([1.0, 1.0]))
    assert torch.allclose(moved, torch.tensor([0.9, 1.1]))
