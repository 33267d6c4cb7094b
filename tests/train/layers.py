"""Models of six layers, and forward passes of any size, for what is said of memory."""

from typing import Any

import numpy as np

from acclimate.core.examples import Batch
from tests.made import language_model

SIZES = {"num_hidden_layers": 6, "hidden_size": 64, "intermediate_size": 256, "num_attention_heads": 4,
         "max_position_embeddings": 512}  # fmt: skip
DROPOUT = {"hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1}
RELATIVE = {"relative_attention": True, "pos_att_type": ["c2p", "p2c"], "max_relative_positions": 16}
GPT2 = {"n_layer": 6, "n_embd": 64, "n_head": 4, "n_positions": 512}


def made(kind: str, adapter: Any, **config: Any) -> Any:
    """A model of six layers in training, wrapped by an adapter."""
    sizes = SIZES | (GPT2 if kind == "gpt2" else {})
    model = adapter.wrap(language_model(kind, **{**sizes, **config}).model, [], 0)[0]
    return model.train()


def a_pass(flat: bool, documents: int = 4, length: int = 128) -> Batch:
    """Documents of one length, a label in each."""
    tokens = documents * length
    positions = np.arange(0, tokens, length)
    ids = np.arange(tokens) % 100 + 5
    borders = np.arange(0, tokens + 1, length)
    if flat:
        return Batch(ids[None], None, borders, positions, positions, documents, tokens)
    return Batch(ids.reshape(documents, length), np.ones((documents, length), np.int64), None, positions, positions,
                 documents, tokens)  # fmt: skip
