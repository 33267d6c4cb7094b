import pytest
from pydantic import ValidationError

from acclimate.model.section import Model


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


@pytest.mark.parametrize("size", [299, 1_000_001])
def test_a_vocabulary_has_bounds(size: int) -> None:
    with pytest.raises(ValidationError):
        Model.model_validate({"model_type": "bert", "train_tokenizer": {"vocab_size": size}})
