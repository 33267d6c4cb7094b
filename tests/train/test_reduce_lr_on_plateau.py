import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from acclimate.train.schedules.reduce_lr_on_plateau import ReduceLrOnPlateau


@given(st.lists(st.floats(0.1, 3.0), max_size=30), st.integers(0, 4))
def test_it_falls_when_torchs_does(losses: list[float], patience: int) -> None:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=patience, min_lr=0.01, eps=0)
    ours = ReduceLrOnPlateau(factor=0.5, patience=patience, min_lr_ratio=0.01)
    for number, loss in enumerate(losses):
        theirs.step(loss)
        assert ours.rate(0, 1, losses[: number + 1]) == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-12)


def test_by_hand() -> None:
    schedule = ReduceLrOnPlateau(factor=0.1, patience=1)
    assert schedule.rate(9, 10, []) == 1.0
    assert schedule.rate(9, 10, [2.0, 1.0, 1.0]) == 1.0, "one without a gain is borne"
    assert schedule.rate(9, 10, [2.0, 1.0, 1.0, 1.0]) == pytest.approx(0.1)
    assert schedule.rate(9, 10, [2.0, 1.0, 1.0, 0.5]) == 1.0
