"""What a training's memory depends on, in numbers: a model's weights, its layers, and a forward pass."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from acclimate.compat.transformers.attention import NAME as FLAT
from acclimate.core.examples import Batch

FLOAT = 4
"""Bytes of a float32."""
_WIDE = ("intermediate_size", "n_inner", "ffn_dim", "hidden_dim", "ffn_hidden_size")
_DROPOUT = ("hidden_dropout_prob", "hidden_dropout", "resid_pdrop", "dropout")
_ATTENTION_DROPOUT = ("attention_probs_dropout_prob", "attention_dropout", "attn_pdrop")
_ACTIVATION = ("hidden_act", "hidden_activation", "activation_function")
_IN_STEPS = {"gelu_new", "gelu_fast", "gelu_python", "gelu_pytorch_tanh_python"}
_LAYER = re.compile(r"\.(\d+)\.")


@dataclass(frozen=True)
class Weights:
    """`parameters`, and how many of them are `trainable`; `width`: bytes of one; `adapted`: summed input widths of LoRA's
    matrices (0: the model's own are trained); `moments`: bytes that the optimiser keeps of a trainable one.
    """

    parameters: int
    trainable: int
    width: int = FLOAT
    adapted: int = 0
    moments: int = 2 * FLOAT


@dataclass(frozen=True)
class Shape:
    """A model's layers, in numbers.

    `layers` that the gradient passes; widths in numbers a token: `hidden`, `intermediate`, `queries` and `keys` (heads x
    head size); `between`: intermediate-wide numbers kept before the layer's last matrix (1; 3 where it is gated; 4 where
    GELU is computed in steps); `relative`: numbers a token of relative positions (DeBERTa); `pair`: numbers kept for a
    pair of tokens of one document, all heads (0: attention is fused).
    """

    layers: int
    hidden: int
    intermediate: int
    queries: int
    keys: int
    vocabulary: int
    between: int = 1
    relative: int = 0
    pair: int = 0
    dropout: bool = False


@dataclass(frozen=True)
class Load:
    """The largest forward pass: `tokens` (padding included), `pairs` of tokens that see each other, `positions` learnt."""

    tokens: int
    pairs: int
    positions: int


def weights_of(model: Any, moments: int = 2 * FLOAT) -> Weights:
    """Count a model's parameters, tied ones once."""
    parameters = list(model.parameters())
    lora = [weight for name, weight in model.named_parameters() if ".lora_A." in name]
    number = sum(weight.numel() for weight in parameters)
    return Weights(
        number,
        sum(weight.numel() for weight in parameters if weight.requires_grad),
        sum(weight.numel() * weight.element_size() for weight in parameters) // max(1, number),
        sum(weight.shape[1] for weight in lora),
        moments,
    )


def load_of(model: Any, batch: Batch) -> Load:
    """Measure a forward pass. Only attention by document keeps documents of one row apart."""
    rows, width = batch.ids_BT.shape
    pairs = rows * width**2
    if batch.offsets_N1 is not None and _config(model)._attn_implementation == FLAT:
        pairs = int((np.diff(batch.offsets_N1) ** 2).sum())
    return Load(batch.ids_BT.size, pairs, len(batch.labels_L))


def shape_of(model: Any, *, gpu: bool) -> Shape:
    """Read a model's layers from its config, and where that says too little, from its weights."""
    config = _config(model)
    hidden, heads = config.hidden_size, _first(config, ("num_attention_heads",)) or 1
    head = _first(config, ("head_dim",)) or hidden // heads
    intermediate = _first(config, _WIDE) or 4 * hidden
    queries, keys = heads * head, (_first(config, ("num_key_value_heads",)) or heads) * head
    dropped = bool(_first(config, _ATTENTION_DROPOUT))
    kept = config._attn_implementation == "eager" or (dropped and not gpu)
    return Shape(
        layers=_trained_layers(model, config.num_hidden_layers),
        hidden=hidden,
        intermediate=intermediate,
        queries=queries,
        keys=keys,
        vocabulary=config.vocab_size if _inner(model).get_output_embeddings() is not None else config.num_labels,
        between=_between(model, config, intermediate, 2 * hidden * (queries + keys)),
        relative=heads * _relative(config),
        pair=heads * (3 if dropped else 1) * kept,
        dropout=bool(_first(config, _DROPOUT)),
    )


def _between(model: Any, config: Any, intermediate: int, attention: int) -> int:
    """Tell from a layer's number of weights whether its feed-forward is gated (three matrices instead of two)."""
    body = sum(weight.numel() for name, weight in model.named_parameters()
               if weight.ndim == 2 and _LAYER.search(name) and ".lora_" not in name)  # fmt: skip
    matrices = (body / max(1, config.num_hidden_layers) - attention) / (config.hidden_size * intermediate)
    if matrices > 2.5:
        return 3
    return 4 if _first(config, _ACTIVATION) in _IN_STEPS else 1


def _relative(config: Any) -> int:
    """Give the numbers a token and head of DeBERTa's scores against relative positions."""
    kinds = getattr(config, "pos_att_type", None)
    if not kinds or not getattr(config, "relative_attention", False):
        return 0
    spans = (getattr(config, "position_buckets", 0), config.max_relative_positions, config.max_position_embeddings)
    return 2 * len(kinds) * next(span for span in spans if span and span > 0)


def _trained_layers(model: Any, layers: int) -> int:
    """Count the layers that the gradient passes: all from the lowest one with something trained."""
    if any(weight.requires_grad for weight in _inner(model).get_input_embeddings().parameters()):
        return layers
    found = [_LAYER.search(name) for name, weight in model.named_parameters() if weight.requires_grad]
    return layers - min((int(one.group(1)) for one in found if one), default=layers)


def _inner(model: Any) -> Any:
    return model.get_base_model() if hasattr(model, "get_base_model") else model


def _config(model: Any) -> Any:
    return _inner(model).config.get_text_config()


def _first(config: Any, names: tuple[str, ...]) -> Any:
    """Give the first of some settings that is there and not empty; of one that differs by layer, the largest."""
    found = next((value for name in names if (value := _setting(config, name))), None)
    return max(found) if isinstance(found, list | tuple) else found


def _setting(config: Any, name: str) -> Any:
    try:
        return getattr(config, name, None)
    except RuntimeError:  # transformers' way to say that it differs by layer
        layers = (config.per_layer_config[number] for number in range(config.num_hidden_layers))
        return [value for layer in layers if (value := getattr(layer, name, None))]
