"""Embedding rows for new tokens."""

from __future__ import annotations

from collections.abc import Sequence

from acclimate.core.language_model import LanguageModel


def add_rows(lm: LanguageModel, new_ids: Sequence[int], pieces: Sequence[Sequence[int]]) -> None:
    """Make room for new tokens and start each new row from the mean of the rows of its pieces (embedding and head).

    Takes: `new_ids`, the tokens' ids; `pieces`, for each the ids that its text had before. A token without pieces starts
    from the mean of all rows. Nothing else in the model changes.
    """
    import torch

    from acclimate.compat.transformers.resize import resize, token_biases, token_matrices

    if not new_ids:
        return
    old = lm.model.get_input_embeddings().weight.shape[0]
    if max(new_ids) >= old:
        resize(lm.model, max(new_ids) + 1)
    known = min(old, *new_ids)
    with torch.no_grad():
        for number, parts in zip(new_ids, pieces, strict=True):
            for matrix in token_matrices(lm.model):
                matrix[number] = matrix[list(parts)].mean(0) if parts else matrix[:known].mean(0)
            for bias in token_biases(lm.model):
                bias[number] = bias[list(parts)].mean() if parts else 0.0
    lm.new_rows = list(new_ids)
