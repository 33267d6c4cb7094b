import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForMaskedLM, AutoTokenizer

from acclimate.adapter.lora import Lora
from acclimate.compat.processes import accelerator
from acclimate.compat.transformers import loading
from acclimate.compat.transformers.ways import choose
from acclimate.core.artifact import folder
from acclimate.core.errors import AcclimateError
from acclimate.core.language_model import LanguageModel
from acclimate.model.load import load
from acclimate.model.rows import add_rows
from acclimate.model.save import probe, save
from acclimate.model.section import Model
from tests.made import VOCABULARY, language_model

LAYER = "base_model.model.model.layers.0.self_attn"


def grown(kind: str, tokens: int) -> LanguageModel:
    """A tiny model with new tokens, set up for training."""
    lm = language_model(kind)
    choose(lm.model, causal=lm.causal)
    names = [f"<new{number}>" for number in range(tokens)]
    lm.tokenizer.add_tokens(names, special_tokens=True)
    add_rows(lm, lm.tokenizer.convert_tokens_to_ids(names), [[5 + number] for number in range(tokens)])
    lm.model.train()
    return lm


def adapted(lm: LanguageModel, by: float = 0.3) -> torch.nn.Module:
    """The model under an adapter each of whose weights has moved by as much."""
    wrapped, _ = Lora().wrap(lm.model, lm.new_rows, 0)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, weight in wrapped.named_parameters():
            if "lora_" in name:
                weight.add_(by * torch.randn(weight.shape, generator=generator).sign())
    return wrapped


def test_a_folder_that_plain_transformers_loads(tmp_path: Path) -> None:
    lm = language_model("bert")
    choose(lm.model, causal=False)
    attention = lm.model.config._attn_implementation
    save(lm, lm.model, tmp_path)
    assert {"config.json", "model.safetensors", "tokenizer.json"} <= {path.name for path in tmp_path.iterdir()}
    again = AutoModelForMaskedLM.from_pretrained(tmp_path)
    assert (again.config._attn_implementation, again.config.use_cache) == ("sdpa", True)
    assert all(torch.equal(again.state_dict()[name], tensor) for name, tensor in lm.model.state_dict().items())
    assert AutoTokenizer.from_pretrained(tmp_path)("w7").input_ids == [1, 7, 2]
    assert lm.model.config._attn_implementation == attention, "training may go on"
    assert lm.model.config.use_cache is False


def test_a_short_window_is_no_matter_of_the_check(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    lm = language_model("bert")
    choose(lm.model, causal=False)
    lm.tokenizer.model_max_length = 4
    save(lm, lm.model, tmp_path)
    assert not lm.tokenizer.deprecation_warnings
    assert "longer than the specified maximum" not in capfd.readouterr().err


@pytest.mark.parametrize("kind", ["bert", "llama"])
def test_the_probe_is_what_plain_transformers_says(kind: str) -> None:
    lm = grown(kind, 2)
    found = probe(lm, lm.model)
    assert (lm.model.training, lm.model.config._attn_implementation) == (True, "acclimate_flat"), "as it was"
    lm.model.eval().set_attn_implementation("sdpa")
    words = [
        1,
        *[4] * (found.shape[0] - 4),
        2,
        VOCABULARY,
        VOCABULARY + 1,
    ]  # the tokenizer knows none of the probe's words
    with torch.no_grad():
        assert torch.equal(found, lm.model(torch.tensor([words])).logits[0])
    assert 10 < len(found) < 64


@pytest.mark.parametrize("tokens", [1, 100])
def test_the_probe_sees_every_new_token(tokens: int) -> None:
    lm = grown("llama", tokens)
    before = probe(lm, lm.model)
    assert len(before) == len(probe(language_model("llama"), lm.model)) + tokens
    for row in lm.new_rows[:: max(1, tokens // 5)]:
        with torch.no_grad():
            lm.model.get_input_embeddings().weight[row] += 1.0
        after = probe(lm, lm.model)
        assert not torch.equal(before, after)
        before = after


def test_what_accelerate_rounds_in_training_is_not_rounded_here(tmp_path: Path) -> None:
    lm = language_model("bert")
    plain = probe(lm, lm.model)
    accelerator(bf16=True, trackers=[], logs=str(tmp_path / "logs")).prepare(lm.model)
    assert torch.equal(probe(lm, lm.model), plain)
    save(lm, lm.model, tmp_path)


def test_dropout_does_not_reach_the_probe() -> None:
    lm = language_model("bert", hidden_dropout_prob=0.5)
    lm.model.train()
    assert torch.equal(probe(lm, lm.model), probe(lm, lm.model))


def test_other_weights_in_the_folder_fail_the_save(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lm = language_model("bert")
    write = lm.model.save_pretrained

    def another(place: Path) -> None:
        with torch.no_grad():
            lm.model.bert.embeddings.LayerNorm.bias[3] += 1e-6
            write(place)
            lm.model.bert.embeddings.LayerNorm.bias[3] -= 1e-5

    monkeypatch.setattr(lm.model, "save_pretrained", another)
    with pytest.raises(AcclimateError, match=r"the saved weight bert\.embeddings\.LayerNorm\.bias differs"):
        save(lm, lm.model, tmp_path)


def change_config(key: str, value: object, model: torch.nn.Module) -> Callable[[Path], None]:
    """Give a way of saving that writes another setting into the config."""
    write = model.save_pretrained

    def another(place: Path) -> None:
        write(place)
        config = json.loads((place / "config.json").read_text(encoding="utf-8"))
        (place / "config.json").write_text(json.dumps({**config, key: value}), encoding="utf-8")

    return another


@pytest.mark.parametrize("kind, key, value", [("bert", "layer_norm_eps", 1e-3), ("llama", "rms_norm_eps", 1e-3)])
def test_the_same_weights_under_another_config_fail_the_save(
    kind: str, key: str, value: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lm = language_model(kind)
    monkeypatch.setattr(lm.model, "save_pretrained", change_config(key, value, lm.model))
    with pytest.raises(AcclimateError, match="gives other logits, although its weights are the same"):
        save(lm, lm.model, tmp_path)


def test_a_tokenizer_that_forgets_a_token_fails_the_save(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lm = language_model("bert")
    lm.tokenizer.save_pretrained(tmp_path)
    monkeypatch.setattr(lm.tokenizer, "save_pretrained", lambda place: None)
    lm.tokenizer.add_tokens(["<event>"], special_tokens=True)
    new = lm.tokenizer.convert_tokens_to_ids("<event>")
    add_rows(lm, [new], [[5]])
    with pytest.raises(AcclimateError, match="the saved tokenizer gives other ids"):
        save(lm, lm.model, tmp_path)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_merge_that_forgets_a_layer_fails_the_save(dtype: torch.dtype, tmp_path: Path) -> None:
    for forgets in (False, True):
        lm = grown("llama", 2)
        lm.model.to(dtype)
        wrapped = adapted(lm)
        before = probe(lm, wrapped)
        assert before.dtype == torch.float32
        if forgets:
            with torch.no_grad():
                wrapped.get_parameter(f"{LAYER}.v_proj.lora_B.default.weight").zero_()
        merged = Lora().merge(wrapped)
        fails = pytest.raises(AcclimateError, match="merged with its adapter the model gives other logits")
        with fails if forgets else nullcontext(), folder(tmp_path / str(forgets), made_from="x") as new:
            save(lm, merged, new, before)
        assert merged.dtype == dtype
    assert list(tmp_path.iterdir()) == [tmp_path / "False"], "nothing is left behind"


def test_where_rounding_alone_moves_the_logits_the_merge_may_as_well(tmp_path: Path) -> None:
    """Training that went wrong ends in weights so large that 32 bits give no five digits; it is saved and measured."""
    for forgets in (False, True):
        lm = load(Model(path="starter:encoder"), "masked")
        wrapped = adapted(lm, by=0.5)
        before = probe(lm, wrapped)
        if forgets:
            with torch.no_grad():
                next(weight for name, weight in wrapped.named_parameters() if "lora_B" in name).zero_()
        merged = Lora().merge(wrapped)
        if forgets:
            with pytest.raises(AcclimateError, match="merged with its adapter"):
                save(lm, merged, tmp_path, before)
        else:
            assert (probe(lm, merged) - before).abs().max() > 1e-5 * before.abs().max()
            save(lm, merged, tmp_path, before)


def test_a_model_that_diverged_can_be_saved(tmp_path: Path) -> None:
    lm = language_model("bert")
    with torch.no_grad():
        lm.model.get_input_embeddings().weight[4, 0] = torch.nan
    assert probe(lm, lm.model).isnan().any()
    save(lm, lm.model, tmp_path)


def misplaced(model: Any) -> Any:
    """Lay the weights where those of a mapped file may lie: not at the start of a line of the processor's cache."""
    for weight in model.parameters():
        room = torch.empty(weight.numel() + 1)
        weight.data = room[1:].view(weight.shape).copy_(weight.data)
    return model


@pytest.mark.parametrize("which", ["trained", "loaded"])
def test_where_weights_lie_in_memory_makes_no_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    """At odd addresses some products (of this model and 48 tokens) are added up otherwise. A base that is stored in
    float32 is trained where its file was mapped.
    """
    lm = load(Model(path="starter:encoder"), "masked")
    tags = [f"<t{number}>" for number in range(6)]
    lm.tokenizer.add_tokens(tags)
    add_rows(lm, lm.tokenizer.convert_tokens_to_ids(tags), [[5]] * 6)
    loaded = loading.pretrained

    def oddly(*given: Any, **more: Any) -> Any:
        model, trained = loaded(*given, **more)
        return misplaced(model), trained

    if which == "trained":
        misplaced(lm.model)
        save(lm, lm.model, tmp_path)
        return
    monkeypatch.setattr(loading, "pretrained", oddly)
    save(lm, lm.model, tmp_path)
