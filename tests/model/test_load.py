from pathlib import Path
from typing import Any

import pytest
import torch

from acclimate.core.errors import UserError
from acclimate.model.load import folder_of, is_hub_id, load, load_tokenizer, need_head
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
