import copy
from typing import Any

import pytest
import torch
from transformers import Trainer

from acclimate.adapter.lora import Lora
from acclimate.train.optimizer import load_state, make_optimizer, state_by_name, trainable
from acclimate.train.section import Train
from tests.made import language_model

SETTINGS = Train(weight_decay=0.1, adam_beta1=0.8, adam_beta2=0.97, adam_epsilon=1e-6)


def backward(model: Any, seed: int) -> None:
    ids = torch.randint(5, 120, (2, 9), generator=torch.Generator().manual_seed(seed))
    model(input_ids=ids, labels=ids).loss.backward()


@pytest.mark.parametrize("kind", ["bert", "roberta", "modernbert", "deberta", "gpt2", "llama", "qwen3"])
def test_what_decays_is_what_transformers_lets_decay(kind: str) -> None:
    model = language_model(kind).model
    decaying, plain = make_optimizer(model, SETTINGS, 1e-3).param_groups
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    wanted = set(Trainer.get_decay_parameter_names(None, model)) & set(names.values())  # type: ignore[arg-type]
    assert {names[id(parameter)] for parameter in decaying["params"]} == wanted
    assert {names[id(parameter)] for parameter in plain["params"]} == set(names.values()) - wanted
    assert (decaying["weight_decay"], plain["weight_decay"]) == (0.1, 0.0)
    assert any("norm" in name.lower() or "ln_" in name for name in set(names.values()) - wanted)


def test_settings_reach_adamw() -> None:
    for group in make_optimizer(language_model("bert").model, SETTINGS, 3e-4).param_groups:
        assert (group["lr"], group["betas"], group["eps"]) == (3e-4, (0.8, 0.97), 1e-6)


def test_frozen_weights_are_not_the_optimizers() -> None:
    model, _ = Lora().wrap(language_model("llama").model, [], 0)
    groups = make_optimizer(model, SETTINGS, 1e-3).param_groups
    count = sum(len(group["params"]) for group in groups)
    assert count == len(trainable(model)) == len([name for name, _ in model.named_parameters() if "lora_" in name])


@pytest.mark.parametrize("kind", ["bert", "gpt2"])
def test_state_by_name_and_back_goes_on_with_the_same_bits(kind: str) -> None:
    model = language_model(kind).model
    optimizer = make_optimizer(model, SETTINGS, 1e-2)
    for seed in range(3):
        backward(model, seed)
        optimizer.step()
        optimizer.zero_grad()
    saved = {key: tensor.clone() for key, tensor in state_by_name(model, optimizer).items()}
    assert {key.partition("|")[2] for key in saved} == {"step", "exp_avg", "exp_avg_sq"}
    assert len(saved) == 3 * len(trainable(model))

    twin = copy.deepcopy(model)
    other = make_optimizer(twin, SETTINGS, 1e-2)
    load_state(twin, other, saved)
    for one, its_optimizer in ((model, optimizer), (twin, other)):
        backward(one, 7)
        its_optimizer.step()
    for (name, one), (_, two) in zip(model.named_parameters(), twin.named_parameters(), strict=True):
        assert torch.equal(one, two), name


def test_loaded_state_is_a_copy() -> None:
    model = language_model("bert").model
    optimizer = make_optimizer(model, SETTINGS, 1e-2)
    backward(model, 0)
    optimizer.step()
    saved = {key: tensor.clone() for key, tensor in state_by_name(model, optimizer).items()}
    before = {key: tensor.clone() for key, tensor in saved.items()}
    load_state(model, optimizer, saved)
    optimizer.step()
    assert all(torch.equal(saved[key], before[key]) for key in saved)
