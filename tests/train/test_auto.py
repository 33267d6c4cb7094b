import pytest

from acclimate.compat.memory_limits import Room
from acclimate.train.auto import row_tokens
from acclimate.train.section import Train
from tests.made import language_model


def chosen(monkeypatch: pytest.MonkeyPatch, total: float, *, gpu: bool = False) -> int:
    monkeypatch.setattr("acclimate.train.auto.room", lambda: Room(int(total), int(total), gpu))
    model = language_model("llama", hidden_size=512, intermediate_size=2048, num_hidden_layers=4).model
    return row_tokens(model, Train(bf16=False), 64, causal=True)


def test_more_memory_has_room_for_longer_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [chosen(monkeypatch, total) for total in (1e6, 1.6e9, 2e9, 64e9)]
    assert found[0] == 512, "there is a least"
    assert found[-1] == 4096, "and longer rows are no faster on a processor"
    assert found == sorted(found)
    assert set(found) - {512, 4096}
    assert all(tokens & (tokens - 1) == 0 for tokens in found)


def test_a_gpu_takes_longer_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    assert chosen(monkeypatch, 640e9, gpu=True) == 65_536
