"""What was saved gives the same logits when loaded (bitwise in float32), merged the same to 1e-5, every added token included."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, AutoModelForMaskedLM, AutoTokenizer, pipeline

from acclimate.adapter.full import Full
from acclimate.adapter.lora import Lora
from acclimate.compat.transformers.resize import resize, token_biases
from acclimate.core.artifact import folder
from acclimate.core.errors import AcclimateError
from acclimate.core.language_model import LanguageModel
from acclimate.model.load import load
from acclimate.model.rows import add_rows
from acclimate.model.save import probe, save, save_adapter
from acclimate.model.section import Model
from acclimate.tokens.vocabulary import add_tags
from acclimate.train.loop import Loop
from acclimate.train.section import Train
from tests.made import VOCABULARY, examples, job, language_model

KINDS = {
    "bert": ("bert", {}),
    "modernbert": ("modernbert", {}),
    "roberta": ("roberta", {}),
    "deberta": ("deberta", {"legacy": False}),
    "gpt2": ("gpt2", {}),
    "llama, tied": ("llama", {"tie_word_embeddings": True}),
    "llama, untied": ("llama", {"tie_word_embeddings": False}),
}
TAGS = ["<event>", "</event>"]
TEXT = "<event> w7 w9 w50 </event> w30 <event> w8 </event>"


def with_biases(lm: LanguageModel) -> LanguageModel:
    """The model with a head whose biases are not all 0, as those of real encoders are not."""
    with torch.no_grad():
        for bias in token_biases(lm.model):
            bias.copy_(torch.randn(bias.shape, generator=torch.Generator().manual_seed(0)))
    return lm


def on_a_base_of_its_own(name: str, adapter: Path) -> Any:
    """The adapter as PEFT loads and merges it, on a base that grew by rows of its own."""
    kind, options = KINDS[name]
    base = with_biases(language_model(kind, **options)).model
    size = len(AutoTokenizer.from_pretrained(adapter))
    if kind == "deberta":
        resize(base, size)  # transformers' own replaces a layer of the trained head
    else:
        base.resize_token_embeddings(size, mean_resizing=False)
    return PeftModel.from_pretrained(base, str(adapter)).merge_and_unload()


def trained(name: str, adapter: Any, place: Path) -> tuple[LanguageModel, Any]:
    """A tiny model with two new tokens after three updates; gives it as it was loaded and as it was wrapped."""
    kind, options = KINDS[name]
    lm = with_biases(language_model(kind, **options))
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


@pytest.mark.filterwarnings("ignore:Input and output embeddings are no longer tied")  # PEFT of DeBERTa's head
@pytest.mark.parametrize("name", KINDS)
def test_merged_and_saved_it_is_the_adapted_model(name: str, tmp_path: Path) -> None:
    adapter = Lora(r=2)
    lm, wrapped = trained(name, adapter, tmp_path)
    ids = lm.tokenizer(TEXT).input_ids
    wanted = logits(wrapped.get_base_model(), ids)
    before = probe(lm, wrapped)
    save_adapter(lm, wrapped, tmp_path / "adapter")
    alone = on_a_base_of_its_own(name, tmp_path / "adapter")
    assert torch.allclose(logits(alone, ids), wanted, rtol=1e-5, atol=1e-5)
    merged = adapter.merge(wrapped)
    save(lm, merged, tmp_path / "model", before)
    again = load(Model(path=str(tmp_path / "model")), "causal" if lm.causal else "masked")
    assert torch.equal(logits(again.model, ids), logits(merged, ids))
    assert torch.allclose(logits(again.model, ids), wanted, rtol=1e-5, atol=1e-5)
    assert {"adapter_config.json", "adapter_model.safetensors", "tokenizer.json"} <= {
        path.name for path in (tmp_path / "adapter").iterdir()
    }


def breaks_the_weights(lm: LanguageModel, monkeypatch: pytest.MonkeyPatch) -> None:
    write = lm.model.save_pretrained

    def another(place: Path) -> None:
        write(place)
        tensors = load_file(place / "model.safetensors")
        name = next(name for name in tensors if "embeddings.word" in name)
        tensors[name][VOCABULARY, 0] += 1e-6
        save_file(tensors, place / "model.safetensors", {"format": "pt"})

    monkeypatch.setattr(lm.model, "save_pretrained", another)


def breaks_the_tokenizer(lm: LanguageModel, monkeypatch: pytest.MonkeyPatch) -> None:
    forgetful = language_model("bert").tokenizer
    monkeypatch.setattr(lm.tokenizer, "save_pretrained", forgetful.save_pretrained)


def breaks_the_merge(lm: LanguageModel, monkeypatch: pytest.MonkeyPatch) -> None:
    with torch.no_grad():
        lm.model.bert.encoder.layer[0].output.dense.weight[0] += 1.0


@pytest.mark.parametrize("broken", [breaks_the_weights, breaks_the_tokenizer, breaks_the_merge])
def test_else_the_save_fails_and_leaves_nothing_behind(
    broken: Callable[[LanguageModel, pytest.MonkeyPatch], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = Lora(r=2)
    lm, wrapped = trained("bert", adapter, tmp_path / "run")
    before = probe(lm, wrapped)
    merged = adapter.merge(wrapped)
    broken(lm, monkeypatch)
    with pytest.raises(AcclimateError), folder(tmp_path / "out" / "model", made_from="x") as new:
        save(lm, merged, new, before)
    assert list((tmp_path / "out").iterdir()) == []


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
