"""Growing a model's vocabulary without touching what is there."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


def resize(model: Any, rows: int) -> None:
    """Give the model `rows` embedding rows (and head rows, and biases); old values stay, new ones are zero.

    DeBERTa with its trained head (`legacy=False`) is done by hand: transformers takes the head's 768 x 768 dense layer
    for the output embedding and replaces it.
    """
    head = getattr(getattr(model, "lm_predictions", None), "lm_head", None)
    if head is not None and hasattr(head, "bias"):
        _grow_deberta(model, head, rows)
        return
    model.resize_token_embeddings(rows, mean_resizing=False)


def _grow_deberta(model: Any, head: Any, rows: int) -> None:
    old = model.get_input_embeddings()
    new = nn.Embedding(
        rows, old.embedding_dim, padding_idx=old.padding_idx, dtype=old.weight.dtype, device=old.weight.device
    )
    with torch.no_grad():
        new.weight.zero_()
        new.weight[: old.num_embeddings] = old.weight
        bias = torch.zeros(rows, dtype=head.bias.dtype, device=head.bias.device)
        bias[: head.bias.shape[0]] = head.bias
    model.set_input_embeddings(new)
    head.bias = nn.Parameter(bias)
    model.config.vocab_size = rows
