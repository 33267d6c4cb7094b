from itertools import accumulate, pairwise
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from acclimate.compat.transformers import attention
from acclimate.compat.transformers.attention import NAME, UnsupportedAttention, calls, flat_attention, plain
from tests.made import language_model

OFFSETS = (0, 7, 8, 27)


class Layer(nn.Module):
    def __init__(self, causal: bool) -> None:
        super().__init__()
        self.is_causal = causal


def heads(count: int, seed: int) -> Tensor:
    return torch.randn(1, count, OFFSETS[-1], 8, generator=torch.Generator().manual_seed(seed), requires_grad=True)


def by_hand(query: Tensor, key: Tensor, value: Tensor, window: int | None, causal: bool, scale: float) -> Tensor:
    """Each document alone, each head alone, with a matrix of weights."""
    out = torch.zeros_like(query)
    group = query.shape[1] // key.shape[1]
    for start, end in pairwise(OFFSETS):
        place = torch.arange(end - start)
        distance = place[:, None] - place[None]
        seen = distance >= 0 if causal else torch.ones_like(distance, dtype=torch.bool)
        if window is not None:
            seen = seen & (distance.abs() < window)
        for head in range(query.shape[1]):
            ours = (query[0, head, start:end], key[0, head // group, start:end], value[0, head // group, start:end])
            weights = (ours[0] @ ours[1].T * scale).masked_fill(~seen, -torch.inf).softmax(1)
            out[0, head, start:end] = weights @ ours[2]
    return out.transpose(1, 2)


@pytest.mark.parametrize("causal", [True, False])
@pytest.mark.parametrize("window", [None, 1, 5, 19, 100])
@pytest.mark.parametrize("key_heads", [4, 2])
def test_each_document_attends_within_itself(causal: bool, window: int | None, key_heads: int) -> None:
    query, key, value = heads(4, 0), heads(key_heads, 1), heads(key_heads, 2)
    more: dict[str, Any] = {"document_offsets": OFFSETS, "sliding_window": window}
    found, weights = flat_attention(Layer(causal), query, key, value, None, 0.3, **more)
    wanted = by_hand(query, key, value, window, causal, 0.3)
    assert weights is None
    assert found.shape == (1, OFFSETS[-1], 4, 8)
    assert torch.allclose(found, wanted, atol=1e-6)
    direction = heads(4, 3).transpose(1, 2)
    ours = torch.autograd.grad((found * direction).sum(), (query, key, value))
    theirs = torch.autograd.grad((wanted * direction).sum(), (query, key, value))
    assert all(torch.allclose(one, other, atol=1e-5) for one, other in zip(ours, theirs, strict=True))


@given(st.lists(st.integers(1, 70), min_size=1, max_size=12), st.booleans())
def test_documents_of_any_lengths_are_attended_to_alone_and_in_few_calls(lengths: list[int], causal: bool) -> None:
    offsets = tuple(accumulate(lengths, initial=0))
    random = torch.Generator().manual_seed(1)
    query, key, value = (torch.randn(1, 2, offsets[-1], 4, generator=random) for _ in range(3))
    called = []

    def counted(*given: Any, **keywords: Any) -> Tensor:
        called.append(given[0].shape)
        return scaled_dot_product_attention(*given, **keywords)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(attention, "scaled_dot_product_attention", counted)
        found, _ = flat_attention(Layer(causal), query, key, value, None, document_offsets=offsets)
    assert len(called) == len({(length + 15) // 16 for length in lengths})
    for start, end in pairwise(offsets):
        alone = [x[:, :, start:end] for x in (query, key, value)]
        wanted = scaled_dot_product_attention(*alone, is_causal=causal).transpose(1, 2)
        assert torch.allclose(found[:, start:end], wanted, atol=1e-5)


def test_training_takes_over_what_measuring_has_laid_out() -> None:
    query, key, value = heads(2, 0), heads(2, 1), heads(2, 2)
    attention._groups.cache_clear()
    with torch.inference_mode():
        measured, _ = flat_attention(Layer(False), query, key, value, None, document_offsets=OFFSETS)
    trained, _ = flat_attention(Layer(False), query, key, value, None, document_offsets=OFFSETS)
    assert torch.equal(trained, measured)
    trained.sum().backward()


def test_the_keyword_wins_over_the_module() -> None:
    query = heads(1, 0)
    one, _ = flat_attention(Layer(False), query, query, query, None, is_causal=True, document_offsets=OFFSETS)
    other, _ = flat_attention(Layer(True), query, query, query, None, document_offsets=OFFSETS)
    assert torch.equal(one, other)


def test_dropout_is_for_training_alone() -> None:
    query, layer = heads(2, 0), Layer(True)
    kept, _ = flat_attention(layer.eval(), query, query, query, None, dropout=0.5, document_offsets=OFFSETS)
    none, _ = flat_attention(layer.eval(), query, query, query, None, document_offsets=OFFSETS)
    some, _ = flat_attention(layer.train(), query, query, query, None, dropout=0.5, document_offsets=OFFSETS)
    assert torch.equal(kept, none)
    assert not torch.allclose(some, none)


@pytest.mark.parametrize("more", [{"softcap": 50.0}, {"s_aux": torch.ones(1)}, {"position_bias": torch.ones(1)}])
def test_what_is_not_implemented_is_refused(more: dict[str, Any]) -> None:
    query = heads(1, 0)
    with pytest.raises(UnsupportedAttention, match=next(iter(more))):
        flat_attention(Layer(True), query, query, query, None, document_offsets=OFFSETS, **more)


def test_a_mask_or_missing_offsets_are_refused() -> None:
    query = heads(1, 0)
    with pytest.raises(UnsupportedAttention):
        flat_attention(Layer(True), query, query, query, None)
    with pytest.raises(UnsupportedAttention):
        flat_attention(Layer(True), query, query, query, torch.ones(1, 1, 27, 27), document_offsets=OFFSETS)


def test_what_says_nothing_is_let_through_and_calls_are_counted() -> None:
    query, before = heads(1, 0), calls[NAME]
    flat_attention(Layer(True), query, query, query, None, document_offsets=OFFSETS, softcap=None, use_cache=False)
    assert calls[NAME] == before + 1


def test_plain_is_what_transformers_would_take() -> None:
    assert plain(language_model("bert").model) == "sdpa"
    assert plain(language_model("deberta").model) == "eager"
