"""Save, load, merge: 12 architectures x (full, lora, adalora) x (with, without new words), promise 13 in numbers.

Saved and loaded by plain transformers: the same bits in float32. Merged against wrapped, and the adapter's folder put on
the base by PEFT: 1e-5 of the largest logit.
"""

from __future__ import annotations

import copy
import warnings
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoModelForMaskedLM

from acclimate.adapter.adalora import Adalora
from acclimate.adapter.full import Full
from acclimate.adapter.lora import Lora
from acclimate.core.language_model import LanguageModel
from acclimate.model.rows import add_rows
from acclimate.model.save import probe, save, save_adapter
from tests.adapter.small_loop import optimizer_of, updates
from tests.made import VOCABULARY, language_model

KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "bert": ("bert", {}),
    "roberta": ("roberta", {}),
    "distilbert": ("distilbert", {"dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 64, "dropout": 0.0}),
    "electra": ("electra", {"embedding_size": 16}),
    "modernbert": ("modernbert", {}),
    "deberta": ("deberta", {"legacy": False}),
    "deberta-v2": ("deberta-v2", {"legacy": False}),
    "gpt2": ("gpt2", {}),
    "bloom": ("bloom", {"n_layer": 2, "n_head": 2}),
    "gpt_neox": ("gpt_neox", {"tie_word_embeddings": False}),
    "llama, untied": ("llama", {"tie_word_embeddings": False}),
    "qwen3, tied": ("qwen3", {"tie_word_embeddings": True}),
}
ADAPTERS = {"full": Full(), "lora": Lora(r=3, lora_alpha=6), "adalora": Adalora(init_r=4, target_r=2)}
NEW = [VOCABULARY, VOCABULARY + 1]
UPDATES = 4


def shaken(parameters: Any) -> None:
    """Move weights by noise: fresh biases are zero, and would hide that one is lost."""
    draw = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for weight in parameters:
            weight.add_(0.1 * torch.randn(weight.shape, generator=draw))


def made(kind: str, *, new: bool) -> LanguageModel:
    name, options = KINDS[kind]
    lm = language_model(name, **options)
    if new:
        lm.tokenizer.add_tokens(["stent", "graft"])
        add_rows(lm, NEW, [[5, 6], []])
    shaken(lm.model.parameters())
    return lm


def trained(lm: LanguageModel, adapter: Any) -> Any:
    """Every trainable weight is moved, and a few updates are made: AdaLoRA's ranks are final."""
    wrapped, _ = adapter.wrap(lm.model, lm.new_rows, 0)
    adapter.prepare(wrapped, UPDATES)
    shaken(weight for weight in wrapped.parameters() if weight.requires_grad)
    updates(wrapped, adapter, range(1, UPDATES + 1), optimizer_of(wrapped))
    adapter.settle(wrapped)
    return wrapped


def logits(model: Any, *, new: bool) -> torch.Tensor:
    with torch.no_grad():
        return model.eval()(input_ids=torch.tensor([[5, 9, *(NEW if new else [8]), 30, 7]])).logits


def close(one: torch.Tensor, other: torch.Tensor) -> bool:
    return bool((one - other).abs().max() <= 1e-5 * other.abs().max())


def reloaded(base: Any, folder: Path) -> Any:
    """The adapter on its base, merged: unmerged, PEFT leaves out a head's bias where rows are trained (peft#3649)."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The following rank_pattern keys did not match", RuntimeWarning)
        warnings.filterwarnings("ignore", "fan_in_fan_out is set to False", UserWarning)
        warnings.filterwarnings("ignore", "Input and output embeddings are no longer tied", UserWarning)
        return PeftModel.from_pretrained(base, str(folder)).merge_and_unload()


@pytest.mark.parametrize("new", [False, True], ids=["known words", "new words"])
@pytest.mark.parametrize("name", ADAPTERS)
@pytest.mark.parametrize("kind", KINDS)
def test_saved_loaded_merged(kind: str, name: str, new: bool, tmp_path: Path) -> None:
    adapter, lm = ADAPTERS[name], made(kind, new=new)
    base, at_first = copy.deepcopy(lm.model), logits(lm.model, new=new)
    wrapped = trained(lm, adapter)
    said, before = logits(wrapped, new=new), probe(lm, wrapped)
    assert not torch.allclose(said, at_first, atol=1e-2)
    if adapter.merges:
        save_adapter(lm, wrapped, tmp_path / "adapter")
        with torch.no_grad():
            base.get_input_embeddings().weight[lm.new_rows] = 7.0  # the rows come from the adapter's folder
        assert close(logits(reloaded(base, tmp_path / "adapter"), new=new), said)
    plain = adapter.merge(wrapped)
    assert type(plain) is type(lm.model)
    merged = logits(plain, new=new)
    assert close(merged, said)
    save(lm, plain, tmp_path / "model", before)
    auto = AutoModelForCausalLM if lm.causal else AutoModelForMaskedLM
    assert torch.equal(logits(auto.from_pretrained(tmp_path / "model"), new=new), merged)
