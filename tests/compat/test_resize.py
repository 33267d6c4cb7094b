from typing import Any

import pytest
import torch

from acclimate.compat.transformers.resize import own_head, resize, token_biases, token_matrices
from tests.made import VOCABULARY, language_model

KINDS = {
    "bert": ("bert", {}),
    "roberta": ("roberta", {}),
    "modernbert": ("modernbert", {}),
    "distilbert": ("distilbert", {}),
    "deberta": ("deberta", {"legacy": False}),
    "gpt2": ("gpt2", {}),
    "llama, tied": ("llama", {"tie_word_embeddings": True}),
    "llama, untied": ("llama", {"tie_word_embeddings": False}),
}
IDS = torch.randint(5, VOCABULARY, (2, 11), generator=torch.Generator().manual_seed(0))


def made(name: str) -> Any:
    kind, options = KINDS[name]
    model = language_model(kind, **options).model.eval()
    with torch.no_grad():
        for bias in token_biases(model):
            bias.copy_(torch.randn(bias.shape, generator=torch.Generator().manual_seed(1)))
    return model


@pytest.mark.parametrize("name", KINDS)
def test_old_values_stay_and_new_ones_are_zero(name: str) -> None:
    model = made(name)
    before = {key: tensor.clone() for key, tensor in model.state_dict().items()}
    with torch.no_grad():
        logits = model(input_ids=IDS).logits
    resize(model, VOCABULARY + 3)
    assert model.config.vocab_size == VOCABULARY + 3
    grown = set()
    for key, tensor in model.state_dict().items():
        if tensor.shape == before[key].shape:
            assert torch.equal(tensor, before[key]), key
        else:
            grown.add(key)
            assert torch.equal(tensor[:VOCABULARY], before[key]), key
            assert not tensor[VOCABULARY:].any(), key
    assert grown
    with torch.no_grad():
        again = model(input_ids=IDS).logits
    assert again.shape[-1] == VOCABULARY + 3
    assert torch.allclose(again[..., :VOCABULARY], logits, atol=1e-6)
    assert model(input_ids=torch.tensor([[VOCABULARY + 2]])).logits.shape == (1, 1, VOCABULARY + 3)


@pytest.mark.parametrize("name", KINDS)
def test_what_has_a_row_for_each_token(name: str) -> None:
    model = made(name)
    assert (own_head(model) is not None) == (name == "llama, untied")
    assert [matrix.shape[0] for matrix in token_matrices(model)] == [VOCABULARY] * (2 if name == "llama, untied" else 1)
    assert [bias.shape[0] for bias in token_biases(model)] == [VOCABULARY] * (
        name not in ("gpt2", "llama, tied", "llama, untied")
    )


def test_a_dense_layer_of_the_vocabularys_size_is_no_head_of_deberta() -> None:
    model = language_model("deberta", legacy=False, vocab_size=32).model
    assert own_head(model) is None
    assert [tuple(one.shape) for one in token_matrices(model)] == [(32, 32)]


def test_ties_hold_after_growing() -> None:
    for name in ("bert", "gpt2", "llama, tied"):
        model = made(name)
        resize(model, VOCABULARY + 1)
        assert model.get_output_embeddings().weight is model.get_input_embeddings().weight
