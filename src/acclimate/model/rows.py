"""Embedding rows for new tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from acclimate.core.language_model import LanguageModel


def add_rows(lm: LanguageModel, new_ids: Sequence[int], pieces: Sequence[Sequence[int]]) -> None:
    """Make room for new tokens and start each new row from the mean of the rows of its pieces (embedding and head).

    Takes: `new_ids`, the tokens' ids; `pieces`, for each the ids that its text had before. A token without pieces starts
    from the mean of all rows. Nothing else in the model changes.
    """
    import torch

    from acclimate.compat.transformers.resize import resize

    if not new_ids:
        return
    old = lm.model.get_input_embeddings().weight.shape[0]
    if max(new_ids) >= old:
        resize(lm.model, max(new_ids) + 1)
    matrices = [lm.model.get_input_embeddings().weight]
    head = lm.model.get_output_embeddings()
    if head is not None and head.weight is not matrices[0] and head.weight.shape[0] == matrices[0].shape[0]:
        matrices.append(head.weight)
    known = min(old, *new_ids)
    with torch.no_grad():
        for matrix in matrices:
            for number, parts in zip(new_ids, pieces, strict=True):
                matrix[number] = matrix[list(parts)].mean(0) if parts else matrix[:known].mean(0)
        _start_biases(lm.model, head, new_ids, pieces)
    lm.new_rows = list(new_ids)


def _start_biases(model: Any, head: Any, new_ids: Sequence[int], pieces: Sequence[Sequence[int]]) -> None:
    bias = getattr(head, "bias", None)
    if bias is None:
        return
    for number, parts in zip(new_ids, pieces, strict=True):
        bias[number] = bias[list(parts)].mean() if parts else 0.0
