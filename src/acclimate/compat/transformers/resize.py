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
    head = _deberta_head(model)
    if head is not None:
        _grow_deberta(model, head, rows)
        return
    old = model.get_input_embeddings().weight.shape[0]
    model.resize_token_embeddings(rows, mean_resizing=False)
    with torch.no_grad():
        for part in (*token_matrices(model), *token_biases(model)):
            part[old:] = 0.0


def own_head(model: Any) -> Any:
    """Give the head's output matrix (a module) if it has rows of its own for tokens: None where it is tied to the embedding.

    What DeBERTa's trained head calls its output embedding is a dense layer of the hidden size, and no such matrix.
    """
    head = model.get_output_embeddings()
    if head is None or _deberta_head(model) is not None:
        return None
    return None if head.weight is model.get_input_embeddings().weight else head


def token_matrices(model: Any) -> list[nn.Parameter]:
    """Give the matrices with a row for each token: the embedding, and the head's where the two are not tied."""
    head = own_head(model)
    return [model.get_input_embeddings().weight, *([head.weight] if head is not None else [])]


def token_biases(model: Any) -> list[nn.Parameter]:
    """Give the head's bias with a number for each token, where it has one."""
    head = _deberta_head(model) or model.get_output_embeddings()
    bias = getattr(head, "bias", None)
    return [] if bias is None else [bias]


def _deberta_head(model: Any) -> Any:
    head = getattr(getattr(model, "lm_predictions", None), "lm_head", None)
    return head if hasattr(head, "bias") else None


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
