from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoModelForCausalLM, AutoModelForMaskedLM

from acclimate.adapter.lora import Lora
from acclimate.core.artifact import write_json
from acclimate.train.checkpoint import Checkpoints
from acclimate.train.optimizer import make_optimizer, state_by_name, trainable
from acclimate.train.section import Train
from tests.made import language_model


def checkpoints(place: Path, made_from: str = "this run") -> Checkpoints:
    return Checkpoints(place, made_from, lambda folder: None)


def trained(model: Any, seed: int = 0) -> Any:
    """One update of all trainable weights; gives the optimiser."""
    optimizer = make_optimizer(model, Train(), 1e-2)
    ids = torch.randint(5, 120, (2, 9), generator=torch.Generator().manual_seed(seed))
    model(input_ids=ids, labels=ids).loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    return optimizer


def whole(place: Path, step: int, made_from: str = "this run") -> Path:
    """A small but complete checkpoint."""
    model = torch.nn.Linear(2, 1)
    return checkpoints(place, made_from).save(model, make_optimizer(model, Train(), 1e-3), {"global_step": step})


@pytest.mark.parametrize("adapter", ["full", "lora"])
def test_weights_moments_and_state_come_back_bit_for_bit(adapter: str, tmp_path: Path) -> None:
    def model(seed: int) -> Any:
        made = language_model("llama", seed).model
        return made if adapter == "full" else Lora(r=2, target_modules=("q_proj",)).wrap(made, [], seed)[0]

    one, other = model(0), model(1)
    optimizer, its_optimizer = trained(one), make_optimizer(other, Train(), 1e-2)
    place = checkpoints(tmp_path).save(one, optimizer, {"global_step": 7, "loss": 0.5})
    assert place.name == "checkpoint-7"
    assert checkpoints(tmp_path).load(place, other, its_optimizer) == {"global_step": 7, "loss": 0.5}
    for name, tensor in trainable(one).items():
        assert torch.equal(tensor, trainable(other)[name])
    moments, again = state_by_name(one, optimizer), state_by_name(other, its_optimizer)
    assert moments.keys() == again.keys()
    assert moments
    assert all(torch.equal(moments[key], again[key]) for key in moments)
    names = {path.name for path in place.iterdir()}
    weights = "model.safetensors" if adapter == "full" else "trainable.safetensors"
    assert names == {weights, "optimizer.safetensors", "trainer_state.json", "manifest.json"}


def test_frozen_weights_are_not_written(tmp_path: Path) -> None:
    model, _ = Lora(r=2).wrap(language_model("llama").model, [], 0)
    place = checkpoints(tmp_path).save(model, trained(model), {"global_step": 1})
    assert (place / "trainable.safetensors").stat().st_size < 4 * 2 * sum(
        one.numel() for one in trainable(model).values()
    )


@pytest.mark.parametrize("kind", ["bert", "gpt2"])
def test_a_full_checkpoint_loads_with_plain_transformers(kind: str, tmp_path: Path) -> None:
    lm = language_model(kind)
    place = Checkpoints(tmp_path, "", lm.model.config.save_pretrained).save(
        lm.model, trained(lm.model), {"global_step": 1}
    )
    again = (AutoModelForCausalLM if lm.causal else AutoModelForMaskedLM).from_pretrained(place)
    for name, tensor in lm.model.state_dict().items():
        assert torch.equal(again.state_dict()[name], tensor), name


def test_a_save_that_fails_leaves_nothing(tmp_path: Path) -> None:
    model = torch.nn.Linear(2, 1)
    optimizer = make_optimizer(model, Train(), 1e-3)
    with pytest.raises(ValueError, match="JSON"):
        checkpoints(tmp_path).save(model, optimizer, {"global_step": 3, "loss": float("nan")})
    assert list(tmp_path.iterdir()) == []


def test_newest_is_the_newest_that_is_whole_and_of_this_run(tmp_path: Path) -> None:
    places = {step: whole(tmp_path, step) for step in (2, 9, 10, 11, 12)}
    whole(tmp_path, 100, "another run")
    (places[12] / "model.safetensors").unlink()
    data = bytearray((places[11] / "optimizer.safetensors").read_bytes())
    (places[11] / "optimizer.safetensors").write_bytes(bytes([data[0] ^ 1]) + bytes(data[1:]))
    (places[10] / "manifest.json").unlink()
    (tmp_path / "checkpoint-best").mkdir()
    write_json(tmp_path / "checkpoint-200", {})
    found, skipped = checkpoints(tmp_path).newest()
    assert found == places[9]
    assert skipped == ["checkpoint-200", "checkpoint-100", "checkpoint-12", "checkpoint-11", "checkpoint-10"]


def test_there_may_be_none(tmp_path: Path) -> None:
    assert checkpoints(tmp_path / "nowhere").newest() == (None, [])


@given(st.sets(st.integers(1, 30), min_size=1, max_size=7), st.integers(1, 4) | st.none(), st.data())
def test_prune_keeps_the_newest_and_the_best(
    tmp_path_factory: pytest.TempPathFactory, steps: set[int], keep: int | None, data: st.DataObject
) -> None:
    place = tmp_path_factory.mktemp("run")
    ordered = sorted(steps)
    best = data.draw(st.sampled_from(ordered) | st.none())
    for step in steps:
        (place / f"checkpoint-{step}").mkdir()
        write_json(place / f"checkpoint-{step}" / "manifest.json", {"made_from": "this run", "files": {}})
    checkpoints(place).prune(keep, f"checkpoint-{best}" if best else None, f"checkpoint-{ordered[-1]}")
    left = [int(path.name.rpartition("-")[2]) for path in checkpoints(place).all()]
    assert left[-1] == ordered[-1]
    assert best is None or best in left
    if keep is None:
        assert left == ordered
    else:
        least = 1 if best in (None, ordered[-1]) else 2
        assert len(left) == min(len(ordered), max(keep, least))
        gone = [step for step in ordered if step not in left]
        assert gone == [step for step in ordered if step != best][: len(gone)], "the oldest go first"


def test_prune_leaves_what_is_not_of_this_run(tmp_path: Path) -> None:
    for step in (1, 2):
        whole(tmp_path, step)
    whole(tmp_path, 50, "another run")
    damaged = whole(tmp_path, 60)
    (damaged / "model.safetensors").unlink()
    checkpoints(tmp_path).prune(1, None, "checkpoint-2")
    assert [path.name for path in checkpoints(tmp_path).all()] == ["checkpoint-2", "checkpoint-50", "checkpoint-60"]
