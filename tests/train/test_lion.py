from pathlib import Path

import pytest
import torch

from acclimate.train.optimizers.lion import Lion
from tests.optimizers_tried import learns_and_resumes, one_step

pytest.importorskip("pytorch_optimizer", reason="pytorch-optimizer is not installed")


def test_it_learns_and_goes_on_with_the_same_bits(tmp_path: Path) -> None:
    learns_and_resumes(tmp_path, "lion", 1e-3)


def test_every_weight_moves_by_the_rate() -> None:
    """By hand: sign(0.9 x 0 + 0.1 x gradient)."""
    moved = one_step(Lion(), 0.1, torch.tensor([2.0, -0.001, 0.0]), torch.tensor([1.0, 1.0, 1.0]))
    assert torch.allclose(moved, torch.tensor([0.9, 1.1, 1.0]))
