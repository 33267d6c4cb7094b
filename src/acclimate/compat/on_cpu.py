"""Dropout and attention while a model trains on a CPU: the same mathematics as torch's, in less time.

torch 2.13 draws one number of 53 bits for each element that dropout looks at, in one thread, and its attention turns to
slow paths where weights are dropped or heads are small. Here dropout takes 16 bits an element, and short documents'
attention is four matrix products with the backward pass written out (measured: docs/log.md).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.nn import functional
from torch.overrides import TorchFunctionMode

LONGEST = 128
"""Keys up to which attention without dropout is written out; beyond, torch's own is as fast and keeps no weights."""

_LEVELS = 2**16


def quick(model: Any) -> AbstractContextManager[Any]:
    """Give the context in which a model's updates are made: on a CPU the one of this file, elsewhere none."""
    return _OnCpu() if next(model.parameters()).device.type == "cpu" else nullcontext()


def dropped(x: Tensor, p: float) -> Tensor:
    """Set each element to 0 with probability p, and scale the others by 1 / (1 - p), in a new tensor.

    Takes: a floating tensor of any shape on the CPU; 0 < p < 1, taken in steps of 2**-16. What is drawn depends on
    torch's generator alone, as with torch.nn.functional.dropout, but the two draw differently.
    Source: Srivastava et al. 2014 (JMLR 15), the inverted form.
    """
    result: Tensor = _Dropout.apply(x, p)  # type: ignore[no-untyped-call]
    return result


def attention(
    query_BHTD: Tensor, key_BHSD: Tensor, value_BHSD: Tensor, mask: Tensor | None, dropout: float, scale: float
) -> Tensor:
    """Give softmax(query key' scale + mask) value, with weights dropped: [B, H, T, D].

    Takes: a mask that broadcasts to [B, H, T, S], true where a query sees a key, or added to the scores; or None.
    Source: Vaswani et al. 2017 (arXiv 1706.03762), 3.2.1.
    """
    result: Tensor = _Attention.apply(query_BHTD, key_BHSD, value_BHSD, mask, dropout, scale)  # type: ignore[no-untyped-call]
    return result


def _kept(shape: Sequence[int], p: float, dtype: torch.dtype) -> Tensor:
    """Give 1 / (1 - p) where an element stays, else 0."""
    size = torch.Size(shape).numel()
    words = torch.empty((size + 3) // 4, dtype=torch.int64).random_(-(2**63), None)
    level = round(p * _LEVELS)
    keep = words.view(torch.int16)[:size].view(torch.Size(shape)) >= level - _LEVELS // 2
    return keep.to(dtype).mul_(_LEVELS / (_LEVELS - level))


def _can_drop(p: float) -> bool:
    return 1 / _LEVELS <= p <= 1 - 1 / _LEVELS


class _Dropout(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, p: float) -> Tensor:
        kept = _kept(x.shape, p, x.dtype)
        ctx.save_for_backward(kept)
        return x * kept

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return gradients[0] * ctx.saved_tensors[0], None


class _Attention(Function):
    @staticmethod
    def forward(ctx: Any, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, p: float, scale: float) -> Tensor:
        scores = torch.matmul(q * scale, k.transpose(-2, -1))
        if mask is not None and mask.dtype == torch.bool:
            scores.masked_fill_(~mask, torch.finfo(scores.dtype).min)
        elif mask is not None:
            scores += mask
        weights = torch.softmax(scores, -1)
        kept = _kept(weights.shape, p, weights.dtype) if p else None
        ctx.scale = scale
        ctx.save_for_backward(q, k, v, weights, kept)
        return torch.matmul(weights if kept is None else weights * kept, v)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        q, k, v, weights, kept = ctx.saved_tensors
        out = gradients[0]
        of_weights = torch.matmul(out, v.transpose(-2, -1))
        seen = weights
        if kept is not None:
            of_weights *= kept
            seen = weights * kept
        of_scores = torch.ops.aten._softmax_backward_data(of_weights, weights, -1, weights.dtype)
        return (
            torch.matmul(of_scores, k).mul_(ctx.scale),
            torch.matmul(of_scores.transpose(-2, -1), q).mul_(ctx.scale),
            torch.matmul(seen.transpose(-2, -1), out),
            None,
            None,
            None,
        )


class _OnCpu(TorchFunctionMode):
    """Takes the place of torch's dropout and attention wherever a model calls them."""

    def __torch_function__(
        self, function: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        keywords = kwargs or {}
        if function is functional.dropout:
            return _dropout(*args, **keywords)
        if function is functional.scaled_dot_product_attention:
            return _sdpa(*args, **keywords)
        return function(*args, **keywords)


def _dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    if inplace or not training or not _can_drop(p) or input.device.type != "cpu" or not input.is_floating_point():
        return functional.dropout(input, p, training, inplace)
    return dropped(input, p)


def _sdpa(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    known = query.device.type == "cpu" and query.dim() == key.dim() == 4 and not (is_causal and attn_mask is not None)
    gains = _can_drop(dropout_p) or (not dropout_p and key.shape[-2] <= LONGEST)
    if not (known and gains) or (attn_mask is not None and attn_mask.requires_grad):
        return functional.scaled_dot_product_attention(
            query, key, value, attn_mask, dropout_p, is_causal, scale=scale, enable_gqa=enable_gqa
        )
    if torch.is_autocast_enabled("cpu"):
        narrow = torch.get_autocast_dtype("cpu")
        query, key, value = query.to(narrow), key.to(narrow), value.to(narrow)
    if enable_gqa:
        times = query.shape[1] // key.shape[1]
        key, value = key.repeat_interleave(times, 1), value.repeat_interleave(times, 1)
    if is_causal:
        attn_mask = torch.ones(query.shape[-2], key.shape[-2], dtype=torch.bool).tril()
    return attention(query, key, value, attn_mask, dropout_p, query.shape[-1] ** -0.5 if scale is None else scale)
