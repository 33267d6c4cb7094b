from typing import Any

import pytest
from pydantic import ValidationError

from acclimate.core.errors import Fault, UserError
from acclimate.model.section import Model, TrainTokenizer
from acclimate.pipeline.recipe import read_recipe


def fault(**model: Any) -> Fault:
    """What a recipe with this model section is told, all of it about one key."""
    with pytest.raises(UserError) as caught:
        read_recipe(
            {"name": "x", "model": model, "sources": {"train": {"name": "csv", "path": "a.csv"}}, "objective": "mlm"}
        )
    (found,) = caught.value.faults
    return found


def test_settings_of_a_model_from_scratch_as_a_mapping_or_in_one_text() -> None:
    text = "n_embd=10, resid_pdrop=0.2,layer_norm_epsilon=1e-5,scale_attn_weights=false,activation_function=gelu"
    wanted = {"n_embd": 10, "resid_pdrop": 0.2, "layer_norm_epsilon": 1e-5, "scale_attn_weights": False,
              "activation_function": "gelu"}  # fmt: skip
    for given in (text, wanted):
        found = Model(model_type="gpt2", config_overrides=given).config_overrides
        assert found == wanted
        assert {key: type(value) for key, value in found.items()} == {key: type(value) for key, value in wanted.items()}
    assert Model(model_type="gpt2", config_overrides="").config_overrides == {}


def test_what_reports_call_the_base() -> None:
    assert Model(path="bert-base-cased").label == "bert-base-cased"
    assert Model(model_type="bert").label == "bert from scratch"
    assert Model(config_name="bert-base-cased").label == "bert-base-cased from scratch"


@pytest.mark.parametrize("size", [299, 1_000_001])
def test_a_vocabulary_holds_all_bytes_and_fits_in_memory(size: int) -> None:
    with pytest.raises(ValidationError):
        TrainTokenizer(vocab_size=size)


@pytest.mark.parametrize(
    "key, value", [("config_overrides", "n_embd=10"), ("model_type", "gpt2"), ("train_tokenizer", {"vocab_size": 400})]
)
def test_what_makes_a_model_from_scratch_is_refused_beside_a_path(key: str, value: Any) -> None:
    found = fault(path="gpt2", **{key: value})
    assert found.where == f"model.{key}"
    assert "only a model from scratch" in found.allowed


@pytest.mark.parametrize(
    "key, value, reason",
    [
        ("use_fast_tokenizer", False, "which characters"),
        ("trust_remote_code", True, "never run"),
        ("dtype", "float16", "float32"),
        ("attn_implementation", "flash_attention_2", "measured in float32"),
        ("attn_implementation", "acclimate_flat", "eager"),
    ],
)
def test_what_is_not_done_is_refused_with_its_reason(key: str, value: Any, reason: str) -> None:
    found = fault(path="gpt2", **{key: value})
    assert found.where == f"model.{key}"
    assert repr(value) in found.found
    assert reason in found.allowed


@pytest.mark.parametrize("token", ["hf_AbCdEfGhIjKlMnOpQrSt", "hf_token", "secret words", 12345, ["HF_TOKEN"], ""])
def test_a_token_itself_is_refused_and_not_repeated(token: Any) -> None:
    found = fault(path="gpt2", token=token)
    assert found.where == "model.token"
    assert "HF_TOKEN" in found.allowed
    if token not in ("", ["HF_TOKEN"], "hf_token"):
        assert str(token) not in str(found)


@pytest.mark.parametrize("token", [None, True, False, "HF_TOKEN", "MY_TOKEN_2"])
def test_a_recipe_names_where_its_token_is(token: Any) -> None:
    spec = Model(path="gpt2", token=token)
    assert spec.token == token
    assert spec.model_dump(mode="json")["token"] == token


def test_what_a_run_left_is_loaded_as_the_base_was() -> None:
    base = Model(path="gpt2", revision="v1", token="HF_TOKEN", dtype="bfloat16", attn_implementation="eager",
                 tokenizer_name="other", config_name="third", cache_dir="cache")  # fmt: skip
    assert base.at("runs/x/model") == Model(path="runs/x/model", attn_implementation="eager")
