"""BLOOM over one flat row of documents: each attention layer runs every document by itself, so ALiBi starts anew in each.

The documents' borders travel where BLOOM's mask does, as the only thing that reaches its layers (its attention is not
transformers' AttentionInterface). One mask for the whole row would need memory quadratic in the row, not in a document.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch
from torch import Tensor
from transformers.models.bloom.modeling_bloom import BloomAttention, BloomModel


def borders_mask(offsets: list[int], device: torch.device) -> Tensor:
    """Give the documents' N + 1 borders in the form of a mask: [1, 1, 1, N + 1] integers (a real one is of floats)."""
    return torch.tensor(offsets, dtype=torch.long, device=device)[None, None, None]


def is_borders(mask: Tensor | None) -> bool:
    """Say whether a mask holds borders."""
    return mask is not None and mask.dim() == 4 and mask.dtype == torch.long


def see_borders(model: Any) -> None:
    """Let a BLOOM (not yet wrapped) understand borders; whatever else it is given, it does as before. Again is harmless."""
    for module in model.modules():
        if type(module) is BloomModel:
            module.__class__ = _Model
        elif type(module) is BloomAttention:
            module.__class__ = _Attention


class _Model(BloomModel):  # type: ignore[misc]  # transformers' own class
    def build_alibi_tensor(self, attention_mask: Tensor, num_heads: int, dtype: torch.dtype) -> Tensor:
        """Give ALiBi of the longest document, of which each document takes its beginning."""
        if is_borders(attention_mask):
            longest = int(attention_mask.diff().max())
            attention_mask = torch.ones(1, longest, dtype=torch.long, device=attention_mask.device)
        alibi: Tensor = super().build_alibi_tensor(attention_mask, num_heads, dtype)
        return alibi


class _Attention(BloomAttention):  # type: ignore[misc]  # transformers' own class
    def forward(
        self, hidden_states: Tensor, residual: Tensor, alibi: Tensor, attention_mask: Tensor, **keywords: Any
    ) -> tuple[Tensor, Tensor | None]:
        """Attend within each document of the row, by BLOOM's own attention."""
        if not is_borders(attention_mask):
            own: tuple[Tensor, Tensor | None] = super().forward(
                hidden_states, residual, alibi, attention_mask, **keywords
            )
            return own
        pieces = []
        for start, end in pairwise(attention_mask.flatten().tolist()):
            here, length = slice(start, end), end - start
            ahead = torch.full((length, length), torch.finfo(torch.float32).min, device=alibi.device).triu(1)
            pieces.append(
                super().forward(
                    hidden_states[:, here], residual[:, here], alibi[..., :length], ahead[None, None], **keywords
                )[0]
            )
        return torch.cat(pieces, dim=1), None
