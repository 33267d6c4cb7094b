from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoConfig, AutoTokenizer

from acclimate.compat.hub import Access
from acclimate.compat.transformers.attention import NAME
from acclimate.compat.transformers.ways import choose
from acclimate.core.errors import UserError
from acclimate.model.load import (
    access_of,
    config_for,
    folder_of,
    is_hub_id,
    load,
    load_tokenizer,
    need_dtype,
    need_head,
)
from acclimate.model.section import Model, TrainTokenizer
from tests.made import language_model, tokenizer
from tests.tokenizers_made import SENTENCES


def folder(kind: str, place: Path, **options: Any) -> Path:
    language_model(kind, **options).model.save_pretrained(place)
    tokenizer().save_pretrained(place)
    return place


@pytest.mark.parametrize(
    "kind, head", [("bert", "masked"), ("roberta", "masked"), ("gpt2", "causal"), ("llama", "causal")]
)
def test_a_model_from_a_folder(kind: str, head: str, tmp_path: Path) -> None:
    lm = load(Model(path=str(folder(kind, tmp_path))), head)
    assert lm.name == str(tmp_path)
    assert (lm.causal, lm.trained_head, lm.new_rows) == (head == "causal", True, [])
    assert lm.max_length == (62 if kind == "roberta" else 64)
    assert lm.model.config.use_cache is False
    wanted = language_model(kind).model.state_dict()
    assert all(torch.equal(tensor, wanted[name]) for name, tensor in lm.model.state_dict().items())


def test_a_body_without_its_head_has_no_trained_head(tmp_path: Path) -> None:
    language_model("bert").model.bert.save_pretrained(tmp_path)
    tokenizer().save_pretrained(tmp_path)
    assert load(Model(path=str(tmp_path)), "masked").trained_head is False


def test_a_model_from_scratch_takes_a_tokenizer_that_was_made_or_named(tmp_path: Path) -> None:
    sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    made = Model(model_type="bert", config_overrides=sizes, train_tokenizer=TrainTokenizer(vocab_size=350))
    lm = load(made, "masked", load_tokenizer(made, SENTENCES))
    assert (len(lm.tokenizer), lm.name, lm.trained_head) == (350, "bert from scratch", True)
    named = Model(model_type="bert", config_overrides=sizes, tokenizer_name=str(folder("bert", tmp_path)))
    assert len(load(named, "masked").tokenizer) == len(tokenizer())


def test_a_model_from_scratch_depends_on_the_seed(tmp_path: Path) -> None:
    folder("bert", tmp_path)
    spec = Model(
        model_type="bert",
        config_overrides="hidden_size=24,num_hidden_layers=1,num_attention_heads=2",
        tokenizer_name=str(tmp_path),
    )
    first, same, other = (load(spec, "masked", seed=seed).model.get_input_embeddings().weight for seed in (1, 1, 2))
    assert torch.equal(first, same)
    assert not torch.equal(first, other)


def test_a_model_from_scratch_needs_a_tokenizer() -> None:
    with pytest.raises(UserError, match="without a tokenizer"):
        load_tokenizer(Model(model_type="bert"))


@pytest.mark.parametrize(
    "path, found",
    [
        ("starter:encodr", "did you mean starter:encoder?"),
        ("/no/such/folder", "no folder /no/such/folder"),
        ("./bert", "no folder ./bert"),
        ("~/no-such-bert", "no folder ~/no-such-bert"),
        ("models/bert/final", "no folder models/bert/final"),
    ],
)
def test_a_place_that_is_not_there_is_named(path: str, found: str) -> None:
    with pytest.raises(UserError, match="model: ") as caught:
        folder_of(path)
    assert found in str(caught.value)


def test_a_folder_without_a_config_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"holds no config\.json"):
        folder_of(str(tmp_path))


def test_a_folder_of_a_tokenizer_needs_no_config(tmp_path: Path) -> None:
    tokenizer().save_pretrained(tmp_path / "tokenizer")
    spec = Model(model_type="bert", tokenizer_name=str(tmp_path / "tokenizer"))
    assert len(load_tokenizer(spec)) == len(tokenizer())
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match=r"holds no tokenizer\.json"):
        load_tokenizer(Model(model_type="bert", tokenizer_name=str(tmp_path / "empty")))


def test_a_hub_id_stays_one(tmp_path: Path) -> None:
    assert folder_of("bert-base-cased") == "bert-base-cased"
    assert folder_of("someone/model") == "someone/model"
    assert is_hub_id("someone/model")
    assert not is_hub_id(str(tmp_path))
    assert not is_hub_id("starter:encoder")
    assert not is_hub_id(None)


def test_offline_a_hub_id_that_is_not_cached_is_refused() -> None:
    for ask in (lambda spec: load(spec, "masked"), load_tokenizer, lambda spec: need_head(spec, "masked")):
        with pytest.raises(UserError, match="not in the local cache and HF_HUB_OFFLINE is set"):
            ask(Model(path="someone/no-such-model"))


def test_the_head_is_asked_of_the_config_alone(tmp_path: Path) -> None:
    folder("gpt2", tmp_path)
    (tmp_path / "model.safetensors").unlink()
    need_head(Model(path=str(tmp_path)), "causal")
    with pytest.raises(UserError, match="gpt2 has no masked language model head"):
        need_head(Model(path=str(tmp_path)), "masked")


def test_a_config_in_place_of_the_models_own(tmp_path: Path) -> None:
    base = folder("bert", tmp_path / "base")
    language_model("bert", layer_norm_eps=0.5).model.config.save_pretrained(tmp_path / "config")
    assert (
        load(Model(path=str(base), config_name=str(tmp_path / "config")), "masked").model.config.layer_norm_eps == 0.5
    )
    assert load(Model(path=str(base)), "masked").model.config.layer_norm_eps != 0.5


def test_a_model_from_scratch_by_a_config(tmp_path: Path) -> None:
    """Its sizes are the config's, its vocabulary the tokenizer's, and overrides win; DeBERTa's unlisted settings count."""
    config = AutoConfig.for_model("deberta-v2", hidden_size=32, num_hidden_layers=2, num_attention_heads=2, vocab_size=9_999,
                                  intermediate_size=48, relative_attention=True, position_buckets=8, pos_att_type=["p2c"],
                                  gradient_checkpointing=True)  # fmt: skip
    config.save_pretrained(tmp_path / "config")
    tokenizer().save_pretrained(tmp_path / "tokenizer")
    spec = Model(config_name=str(tmp_path / "config"), tokenizer_name=str(tmp_path / "tokenizer"),
                 config_overrides={"num_hidden_layers": 1})  # fmt: skip
    made = load(spec, "masked").model.config
    assert (made.model_type, made.hidden_size, made.intermediate_size, made.num_hidden_layers) == (
        "deberta-v2",
        32,
        48,
        1,
    )
    assert (made.position_buckets, made.vocab_size) == (8, len(tokenizer()))
    assert config_for(Model(model_type="bert")) is None


def test_the_revision_is_the_models_and_not_the_tokenizers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from acclimate.compat.transformers import loading

    asked = []
    monkeypatch.setattr(loading, "tokenizer_from", lambda *place: asked.append(place) or tokenizer())
    base = str(folder("bert", tmp_path))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "tokenizer.json").write_text("{}")
    for name in (None, str(tmp_path / "other")):
        load_tokenizer(Model(path=base, revision="v1", tokenizer_name=name, cache_dir="~/cache", token=True))
    access = Access(str(Path("~/cache").expanduser()), True)
    assert asked == [(base, "v1", access), (str(tmp_path / "other"), "main", access)]


def test_a_tokenizer_that_is_too_large_is_refused_before_weights_are_read(tmp_path: Path) -> None:
    base = folder("bert", tmp_path / "base")
    (base / "model.safetensors").unlink()
    larger = tokenizer()
    larger.add_tokens([f"more{number}" for number in range(5)])
    larger.save_pretrained(tmp_path / "larger")
    with pytest.raises(UserError, match="go to 124, the model has rows for 120 tokens") as caught:
        load_tokenizer(Model(path=str(base), tokenizer_name=str(tmp_path / "larger")))
    assert caught.value.faults[0].where == "model.tokenizer_name"
    assert len(load_tokenizer(Model(path=str(base)))) == 120


@pytest.mark.parametrize("kind, fits", [("mask_token", False), ("extra", True)])
def test_only_marks_that_no_text_becomes_may_lie_beyond_the_rows(kind: str, fits: bool, tmp_path: Path) -> None:
    """Gemma 3's tokenizer has a mark for images that its text models have no row for."""
    base = folder("bert", tmp_path)
    more = AutoTokenizer.from_pretrained(base)
    more.add_special_tokens({"mask_token": "<new>"} if kind == "mask_token" else {"extra_special_tokens": ["<image>"]})
    more.save_pretrained(base)
    if fits:
        assert len(load_tokenizer(Model(path=str(base)))) == 121
    else:
        with pytest.raises(UserError, match="the tokenizer's ids go to 120"):
            load_tokenizer(Model(path=str(base)))


def test_pickled_weights_are_refused_by_their_names(tmp_path: Path) -> None:
    base = folder("bert", tmp_path)
    (base / "model.safetensors").rename(base / "pytorch_model.bin")
    with pytest.raises(UserError, match=r"only as pytorch_model\.bin") as caught:
        need_head(Model(path=str(base)), "masked")
    assert f"acclimate convert {base} --to DIR" in caught.value.faults[0].do


def test_a_token_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_TOKEN", "hf_secret")
    assert access_of(Model(path="x", token="MY_TOKEN")).token == "hf_secret"
    assert access_of(Model(path="x", token=True)).token is True
    assert access_of(Model(path="x")) == Access(None, None)
    monkeypatch.delenv("MY_TOKEN")
    with pytest.raises(UserError, match="no environment variable MY_TOKEN") as caught:
        need_head(Model(path="someone/model", token="MY_TOKEN"), "masked")
    assert caught.value.faults[0].where == "model.token"


def test_weights_in_bfloat16_are_for_adapters(tmp_path: Path) -> None:
    spec = Model(path=str(folder("llama", tmp_path)), dtype="bfloat16")
    lm = load(spec, "causal")
    assert {weight.dtype for weight in lm.model.parameters()} == {torch.bfloat16}
    before = {name: one.clone() for name, one in lm.model.state_dict().items()}
    way, _ = choose(lm.model, causal=True)
    assert way.name == "by document"
    assert all(torch.equal(one, before[name]) for name, one in lm.model.state_dict().items())
    need_dtype(spec, frozen=True)
    need_dtype(Model(path="x"), frozen=False)
    with pytest.raises(UserError, match="trains the base's own weights") as caught:
        need_dtype(spec, frozen=False)
    assert caught.value.faults[0].where == "model.dtype"


@pytest.mark.parametrize(
    "kind, head, way", [("llama", "causal", "transformers' packing"), ("bert", "masked", "block mask")]
)
@pytest.mark.parametrize("named", ["eager", "sdpa"])
def test_an_attention_that_was_named_is_kept(named: str, kind: str, head: str, way: str, tmp_path: Path) -> None:
    lm = load(Model(path=str(folder(kind, tmp_path)), attn_implementation=named), head)
    assert choose(lm.model, causal=lm.causal)[0].name == way
    assert lm.model.config._attn_implementation == named
    free = load(Model(path=str(tmp_path)), head)
    assert choose(free.model, causal=free.causal)[0].implementation == NAME


def test_an_attention_that_the_architecture_lacks_is_refused(tmp_path: Path) -> None:
    base = str(folder("deberta", tmp_path, legacy=False))
    assert load(Model(path=base, attn_implementation="eager"), "masked").model.config._attn_implementation == "eager"
    with pytest.raises(UserError, match="deberta has no sdpa") as caught:
        load(Model(path=base, attn_implementation="sdpa"), "masked")
    assert caught.value.faults[0].where == "model.attn_implementation"


def test_what_changes_nothing_is_said(tmp_path: Path) -> None:
    base = str(folder("bert", tmp_path))
    assert not load(Model(path=base), "masked").notes
    (said,) = load(Model(path=base, low_cpu_mem_usage=False), "masked").notes
    assert "low_cpu_mem_usage" in said
