import pytest
import torch

from acclimate.compat.processes import accelerator, is_main, main_first, rank, wait_for_all


def test_each_training_has_the_precision_that_it_asked_for() -> None:
    """accelerate keeps the first one's for the whole process."""
    found = []
    for bf16 in (False, True, False):
        one = accelerator(bf16=bf16, trackers=[], logs="logs")
        layer = one.prepare(torch.nn.Linear(2, 2))
        with one.autocast():
            found.append((one.mixed_precision, layer(torch.zeros(1, 2)).mul(1) @ torch.ones(2, 2)))
    assert [precision for precision, _ in found] == ["no", "bf16", "no"]
    assert [product.dtype for _, product in found] == [torch.float32, torch.bfloat16, torch.float32]


def test_alone_one_is_the_main_process_and_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RANK", "WORLD_SIZE"):
        monkeypatch.delenv(name, raising=False)
    assert (rank(), is_main()) == (0, True)
    done = []
    with main_first():
        done.append("body")
    wait_for_all()
    assert done == ["body"]


def test_torchrun_says_who_one_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RANK", "3")
    assert (rank(), is_main()) == (3, False)
