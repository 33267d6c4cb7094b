import pytest
import torch

from acclimate.core.errors import AcclimateError
from acclimate.train.moved import check_moved, digest, digests


def model() -> torch.nn.Module:
    made = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Linear(3, 2))
    made[1].requires_grad_(False)
    return made


@pytest.mark.parametrize("kind", [torch.float32, torch.bfloat16, torch.float64])
def test_a_digest_sees_the_last_bit(kind: torch.dtype) -> None:
    tensor = torch.ones(3, 2, dtype=kind)
    next_one = 1 + torch.finfo(kind).eps
    assert digest(tensor) == digest(torch.ones(3, 2, dtype=kind).t().contiguous().t())
    changed = tensor.clone()
    changed[1, 1] = next_one
    assert digest(changed) != digest(tensor)


def test_all_moved_but_the_frozen() -> None:
    one = model()
    start = digests(one)
    with torch.no_grad():
        one[0].weight[0, 0] += 1e-6
        one[0].bias[0] += 1e-6
    check_moved(one, start, {"0.weight", "0.bias"})


def test_a_weight_that_had_no_gradient_may_stand() -> None:
    one = model()
    check_moved(one, digests(one), set())


def test_a_trained_weight_that_stood_still_is_named() -> None:
    one = model()
    start = digests(one)
    with torch.no_grad():
        one[0].weight += 1.0
    with pytest.raises(AcclimateError, match=r"did not move: 0\.bias$"):
        check_moved(one, start, {"0.weight", "0.bias"})


def test_a_frozen_weight_that_moved_is_named() -> None:
    one = model()
    start = digests(one)
    with torch.no_grad():
        one[1].bias[1] += 1e-6
    with pytest.raises(AcclimateError, match=r"frozen weights that moved: 1\.bias$"):
        check_moved(one, start, set())
