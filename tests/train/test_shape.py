"""What is read from a model about its memory, against models that were made for it."""

import pytest
import torch
from transformers import AutoConfig, AutoModelForCausalLM

from acclimate.adapter.full import Full
from acclimate.adapter.lora import Lora
from acclimate.compat.transformers import attention
from acclimate.train.shape import Load, Shape, Weights, load_of, shape_of, weights_of
from tests.train.layers import DROPOUT, RELATIVE, a_pass, made


def test_shapes_of_models() -> None:
    bert = shape_of(made("bert", Full(), **DROPOUT), gpu=False)
    assert bert == Shape(6, 64, 256, 64, 64, 120, pair=4 * 3, dropout=True)
    assert shape_of(made("bert", Full(), **DROPOUT), gpu=True).pair == 0, "a GPU's fused kernels have dropout"
    assert shape_of(made("llama", Full()), gpu=False) == Shape(6, 64, 256, 64, 32, 120, between=3)
    assert shape_of(made("llama", Lora()), gpu=False) == Shape(6, 64, 256, 64, 32, 120, between=3)
    assert shape_of(made("gpt2", Full()), gpu=False) == Shape(6, 64, 256, 64, 64, 120, between=4)
    relative = shape_of(made("deberta", Full(), **RELATIVE), gpu=False)
    assert relative.relative == 4 * 2 * 2 * 16
    assert relative.pair == 4, "eager attention keeps its probabilities"


def test_weights_are_counted_once_and_lora_apart() -> None:
    model = made("bert", Full())
    number = sum(weight.numel() for weight in model.parameters())
    assert weights_of(model) == Weights(number, number)
    adapted = weights_of(made("bert", Lora(r=2)), moments=2)
    assert (adapted.trainable, adapted.adapted) == (6 * 2 * (2 * 64 + 2 * 64), 6 * 2 * 64)
    assert (adapted.parameters, adapted.moments) == (number + adapted.trainable, 2)
    assert weights_of(model.to(torch.bfloat16)).width == 2


def test_the_gradient_ends_at_the_lowest_trained_layer() -> None:
    model = made("llama", Full()).requires_grad_(False)
    assert shape_of(model, gpu=False).layers == 0
    model.lm_head.requires_grad_(True)
    assert shape_of(model, gpu=False).layers == 0
    model.model.layers[4].requires_grad_(True)
    assert shape_of(model, gpu=False).layers == 2
    model.get_input_embeddings().requires_grad_(True)
    assert shape_of(model, gpu=False).layers == 6


def test_documents_of_a_flat_row_see_only_themselves() -> None:
    model = made("bert", Full())
    batch = a_pass(flat=True, documents=3, length=5)
    assert load_of(model, batch) == Load(15, 15 * 15, 3), "transformers' own attention is given the whole row"
    attention.register()
    model.set_attn_implementation(attention.NAME)
    assert load_of(model, batch) == Load(15, 3 * 25, 3)
    assert load_of(model, a_pass(flat=False, documents=3, length=5)) == Load(15, 3 * 25, 3)


@pytest.mark.parametrize("kind", ["gemma3n_text", "gemma4_text", "mamba", "mixtral"])
def test_layers_that_differ_or_have_no_heads_are_read_too(kind: str) -> None:
    config = AutoConfig.for_model(kind)
    with torch.device("meta"):
        shape = shape_of(AutoModelForCausalLM.from_config(config), gpu=False)
    assert (shape.layers, shape.hidden) == (config.num_hidden_layers, config.hidden_size)
    assert shape.intermediate > shape.hidden
    assert shape.queries >= shape.keys > 0
