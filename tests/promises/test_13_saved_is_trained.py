"""What was saved gives the same logits when loaded (bitwise in float32), merged the same to 1e-5, every added token included."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoModelForMaskedLM, AutoTokenizer, pipeline

from acclimate.adapter.full import Full
from acclimate.adapter.lora import Lora
from acclimate.core.language_model import LanguageModel
from acclimate.model.load import load
from acclimate.model.rows import add_rows
from acclimate.model.save import save, save_adapter
from acclimate.model.section import Model
from acclimate.tokens.vocabulary import add_tags
from acclimate.train.loop import Loop
from acclimate.train.section import Train
from tests.made import VOCABULARY, examples, job, language_model

KINDS = {
    "bert": ("bert", {}),
    "roberta": ("roberta", {}),
    "deberta": ("deberta", {"legacy": False}),
    "gpt2": ("gpt2", {}),
    "llama, tied": ("llama", {"tie_word_embeddings": True}),
    "llama, untied": ("llama", {"tie_word_embeddings": False}),
}
TAGS = ["<event>", "</event>"]
TEXT = "<event> w7 w9 w50 </event> w30 <event> w8 </event>"


def trained(name: str, adapter: Any, place: Path) -> tuple[LanguageModel, Any]:
    """A tiny model with two new tokens after three updates; gives it as it was loaded and as it was wrapped."""
    kind, options = KINDS[name]
    lm = language_model(kind, **options)
    add_rows(lm, add_tags(lm.tokenizer, TAGS), [[7, 8], []])
    assert lm.new_rows == [VOCABULARY, VOCABULARY + 1]
    data = examples(12, causal=lm.causal)
    data.ids_T[data.ids_T % 5 == 0] = VOCABULARY
    one = job(
        lm,
        place,
        data,
        Train(max_steps=3, per_device_train_batch_size=4, bf16=False, learning_rate=1e-2),
        adapter=adapter,
    )
    Loop(one).run()
    one.runner.close()
    lm.model.set_attn_implementation("eager")
    return lm, one.model


def logits(model: Any, ids: list[int]) -> torch.Tensor:
    with torch.no_grad():
        model.set_attn_implementation("eager")
        return model.eval()(input_ids=torch.tensor([ids])).logits


@pytest.mark.parametrize("name", KINDS)
def test_the_folder_is_the_model(name: str, tmp_path: Path) -> None:
    lm, _ = trained(name, Full(), tmp_path)
    ids = lm.tokenizer(TEXT).input_ids
    wanted = logits(lm.model, ids)
    save(lm, lm.model, tmp_path / "model")
    plain = (AutoModelForCausalLM if lm.causal else AutoModelForMaskedLM).from_pretrained(tmp_path / "model")
    ours = load(Model(path=str(tmp_path / "model")), "causal" if lm.causal else "masked")
    assert torch.equal(logits(plain, ids), wanted)
    assert torch.equal(logits(ours.model, ids), wanted)
    assert ours.trained_head
    for tokenizer in (AutoTokenizer.from_pretrained(tmp_path / "model"), ours.tokenizer):
        assert tokenizer(TEXT).input_ids == ids
        assert ids.count(VOCABULARY) == ids.count(VOCABULARY + 1) == 2
        assert tokenizer.convert_tokens_to_ids(TAGS) == [VOCABULARY, VOCABULARY + 1]


@pytest.mark.parametrize("name", KINDS)
def test_merged_and_saved_it_is_the_adapted_model(name: str, tmp_path: Path) -> None:
    adapter = Lora(r=2)
    lm, wrapped = trained(name, adapter, tmp_path)
    ids = lm.tokenizer(TEXT).input_ids
    wanted = logits(wrapped.get_base_model(), ids)
    save_adapter(lm, wrapped, tmp_path / "adapter")
    merged = adapter.merge(wrapped)
    save(lm, merged, tmp_path / "model")
    again = load(Model(path=str(tmp_path / "model")), "causal" if lm.causal else "masked")
    assert torch.equal(logits(again.model, ids), logits(merged, ids))
    assert torch.allclose(logits(again.model, ids), wanted, rtol=1e-5, atol=1e-5)
    assert {"adapter_config.json", "adapter_model.safetensors", "tokenizer.json"} <= {
        path.name for path in (tmp_path / "adapter").iterdir()
    }


def test_a_plain_pipeline_loads_the_folder(tmp_path: Path) -> None:
    adapter = Lora(r=2)
    lm, wrapped = trained("bert", adapter, tmp_path)
    merged = adapter.merge(wrapped)
    save(lm, merged, tmp_path / "model")
    fill = pipeline("fill-mask", model=str(tmp_path / "model"), device="cpu")
    text = "<event> w7 [MASK] w50 </event>"
    best = fill(text)[0]
    ids = lm.tokenizer(text).input_ids
    scores = logits(merged, ids)[0, ids.index(lm.tokenizer.mask_token_id)].softmax(0)
    assert best["token"] == int(scores.argmax())
    assert best["score"] == pytest.approx(float(scores.max()), rel=1e-4)
