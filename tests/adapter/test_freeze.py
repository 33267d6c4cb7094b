import copy
from pathlib import Path
from typing import Any

import pytest
import torch
from pydantic import ValidationError

from acclimate.adapter.freeze import Freeze
from acclimate.core.errors import UserError
from acclimate.core.language_model import LanguageModel
from acclimate.model.rows import add_rows
from acclimate.train.loop import Loop
from acclimate.train.section import Train
from tests.adapter.small_loop import logits_of
from tests.made import VOCABULARY, examples, job, language_model

NEW = [VOCABULARY, VOCABULARY + 1]
IDS = torch.tensor([[5, NEW[1], 9, NEW[0], 30]])
SETTINGS = Train(max_steps=5, per_device_train_batch_size=4, bf16=False, learning_rate=1e-3, weight_decay=0.1)
KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "bert": ("bert", {}),
    "deberta": ("deberta", {"legacy": False}),
    "gpt2": ("gpt2", {}),
    "llama, untied": ("llama", {"tie_word_embeddings": False}),
}
EMBEDDING = {
    "bert": "bert.embeddings.word_embeddings.weight",
    "deberta": "deberta.embeddings.word_embeddings.weight",
    "gpt2": "transformer.wte.weight",
    "llama, untied": "model.embed_tokens.weight",
}
LAST = {"bert": "encoder.layer.1.", "deberta": "encoder.layer.1.", "gpt2": "h.1.", "llama, untied": "layers.1."}
BACKBONE = ("bert.", "deberta.", "transformer.", "model.")


def made(name: str, *, new: bool) -> LanguageModel:
    kind, options = KINDS[name]
    lm = language_model(kind, **options)
    if new:
        add_rows(lm, NEW, [[5, 6], [7]])
    return lm


def trained_names(model: Any) -> set[str]:
    return {name for name, weight in model.named_parameters() if weight.requires_grad}


@pytest.mark.parametrize("name", KINDS)
def test_the_head_alone(name: str) -> None:
    lm = made(name, new=False)
    model, notes = Freeze().wrap(lm.model, [], 0)
    assert model is lm.model
    head = {key for key, _ in model.named_parameters() if not key.startswith(BACKBONE)}
    tied = set() if name == "llama, untied" else {EMBEDDING[name]}
    assert trained_names(model) == head | tied
    assert any("tied" in note for note in notes) is bool(tied)
    count = sum(weight.numel() for weight in model.parameters() if weight.requires_grad)
    assert notes[-1].startswith(f"trainable params: {count:,} || all params: ")
    assert Freeze().merge(model) is model


@pytest.mark.parametrize("name", KINDS)
def test_the_last_layer_and_the_head(name: str) -> None:
    model, _ = Freeze(last_layers=1).wrap(made(name, new=False).model, [], 0)
    alone, _ = Freeze().wrap(made(name, new=False).model, [], 0)
    last = {key for key, _ in model.named_parameters() if LAST[name] in key}
    assert last
    assert trained_names(model) == trained_names(alone) | last


@pytest.mark.parametrize("name", KINDS)
def test_the_last_layer_without_the_head(name: str) -> None:
    model, notes = Freeze(train="layers", last_layers=1).wrap(made(name, new=False).model, [], 0)
    assert trained_names(model) == {key for key, _ in model.named_parameters() if LAST[name] in key}
    assert len(notes) == 1


@pytest.mark.parametrize("options", [{}, {"last_layers": 1}, {"train": "layers", "last_layers": 1}])
@pytest.mark.parametrize("name", KINDS)
def test_new_rows_are_trained_and_nothing_frozen_moves(name: str, options: dict[str, Any], tmp_path: Path) -> None:
    """Weight decay is on: a masked gradient would not keep a frozen row where it is."""
    adapter, lm = Freeze(**options), made(name, new=True)
    before = {key: weight.detach().clone() for key, weight in lm.model.named_parameters()}
    data = examples(16, causal=lm.causal)
    data.ids_T[data.ids_T % 5 == 0] = NEW[0]
    data.ids_T[data.ids_T % 5 == 1] = NEW[1]
    one = job(lm, tmp_path, data, SETTINGS, adapter=adapter)
    Loop(one).run()
    one.runner.close()
    lm.model.set_attn_implementation("eager")
    wrapped_says = logits_of(one.model, IDS)
    plain = adapter.merge(one.model)
    assert type(plain) is type(made(name, new=False).model)
    assert torch.allclose(logits_of(plain, IDS), wrapped_says, atol=1e-5)
    after = dict(plain.named_parameters())
    assert after.keys() == before.keys()
    moved = {key for key in before if not torch.equal(before[key], after[key])}
    embedding, head = EMBEDDING[name], "lm_head.weight" if name == "llama, untied" else EMBEDDING[name]
    whole = head if adapter.train == "head" else None
    for matrix in {embedding, head}:
        rows = (before[matrix] != after[matrix]).any(1)
        assert rows[NEW].all(), matrix
        assert matrix == whole or rows.sum() == 2, f"{matrix}: old rows moved"
    layers = {key for key in before if LAST[name] in key} if adapter.last_layers else set()
    allowed = layers | {embedding, head}
    if adapter.train == "head":
        allowed |= {key for key in before if not key.startswith(BACKBONE)}
    assert moved <= allowed
    assert len(moved) > len(allowed) // 2


def test_the_configs_tie_stays() -> None:
    lm = made("bert", new=True)
    model, _ = Freeze(train="layers", last_layers=1).wrap(lm.model, NEW, 0)
    plain = Freeze().merge(model)
    assert plain.config.tie_word_embeddings is True
    assert plain.get_output_embeddings().weight is plain.get_input_embeddings().weight


def test_at_the_start_nothing_is_changed() -> None:
    lm = made("bert", new=True)
    torch.nn.init.normal_(lm.model.cls.predictions.bias, generator=torch.Generator().manual_seed(0))
    before = logits_of(copy.deepcopy(lm.model), IDS)
    model, _ = Freeze(train="layers", last_layers=2).wrap(lm.model, NEW, 0)
    assert torch.allclose(logits_of(model, IDS), before, atol=1e-6)


def test_experts_are_not_taken_for_layers() -> None:
    """A list in each layer may be longer than the list of layers."""
    lm = language_model("llama")
    for layer in lm.model.model.layers:
        layer.experts = torch.nn.ModuleList(torch.nn.Linear(4, 4) for _ in range(5))
    model, _ = Freeze(train="layers", last_layers=1).wrap(lm.model, [], 0)
    assert all("layers.1." in name for name in trained_names(model))


def test_more_layers_than_there_are() -> None:
    with pytest.raises(UserError) as caught:
        Freeze(last_layers=3).wrap(made("bert", new=False).model, [], 0)
    (fault,) = caught.value.faults
    assert (fault.where, fault.found, fault.allowed) == ("adapter.last_layers", "3", "0 to 2")


def test_nothing_to_train_is_refused() -> None:
    with pytest.raises(ValidationError, match="would train nothing"):
        Freeze(train="layers")
