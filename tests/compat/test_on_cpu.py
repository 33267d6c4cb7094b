"""The quick dropout and attention of updates on CPUs say what torch's say."""

from typing import Any

import pytest
import torch
from torch.nn.functional import dropout, scaled_dot_product_attention
from transformers import BertConfig, BertForMaskedLM

from acclimate.compat import on_cpu
from acclimate.compat.transformers.loading import checkpoint_activations

CPU = torch.nn.Linear(1, 1)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_dropout_keeps_its_share_and_scales_what_stays(p: float) -> None:
    torch.manual_seed(0)
    x = torch.full((300, 1001), 2.0, requires_grad=True)
    with on_cpu.quick(CPU):
        y = dropout(x, p)
    y.sum().backward()
    assert x.grad is not None
    kept = y != 0
    deviation = (p * (1 - p) / y.numel()) ** 0.5
    assert float(kept.double().mean()) == pytest.approx(1 - p, abs=4 * deviation)
    assert torch.allclose(y[kept], torch.tensor(2 / (1 - p)), rtol=1e-4)
    assert torch.equal(x.grad != 0, kept), "the gradient passes where the element stayed"
    assert torch.equal(x.grad * 2, y)
    neighbours = (kept[:, 1:] & kept[:, :-1]).double().mean()
    assert float(neighbours) == pytest.approx((1 - p) ** 2, abs=4 * deviation), "neighbours are drawn independently"


def test_what_is_drawn_depends_on_torchs_seed_alone() -> None:
    x = torch.ones(77)

    def drawn(seed: int) -> torch.Tensor:
        torch.manual_seed(seed)
        with on_cpu.quick(CPU):
            return dropout(x, 0.5)

    assert torch.equal(drawn(1), drawn(1))
    assert not torch.equal(drawn(1), drawn(2))


def test_dropout_that_is_off_or_beyond_its_steps_is_torchs() -> None:
    x = torch.ones(50)
    with on_cpu.quick(CPU):
        assert torch.equal(dropout(x, 0.3, training=False), x)
        assert torch.equal(dropout(x, 0.0), x)
        assert not dropout(x, 1.0).any()
        assert torch.equal(dropout(x, 1e-9), x)


def _inputs(length: int = 9, keys: int = 9, key_heads: int = 4, **options: Any) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(3)
    shapes = [(2, 4, length, 8), (2, key_heads, keys, 8), (2, key_heads, keys, 8)]
    return [torch.randn(*shape, generator=generator, **options).requires_grad_() for shape in shapes]


def _mask(kind: str) -> torch.Tensor | None:
    if kind == "none":
        return None
    sees = torch.ones(2, 1, 9, 9, dtype=torch.bool)
    sees[0, :, :, 6:] = False
    return sees if kind == "bool" else torch.zeros(2, 1, 9, 9, dtype=torch.double).masked_fill(~sees, -1e30)


@pytest.mark.parametrize(
    "kind, keywords",
    [
        *((kind, more) for kind in ("none", "bool", "float") for more in ({}, {"scale": 0.7}, {"enable_gqa": True})),
        ("none", {"is_causal": True}),  # torch takes either a mask or is_causal
    ],
)
def test_attention_and_its_gradients_are_torchs(kind: str, keywords: dict[str, Any]) -> None:
    inputs = _inputs(key_heads=2 if "enable_gqa" in keywords else 4, dtype=torch.double)
    mask = _mask(kind)
    found = []
    for context in (on_cpu.quick(CPU), torch.enable_grad()):
        with context:
            out = scaled_dot_product_attention(*inputs, attn_mask=mask, **keywords)
        found.append([out, *torch.autograd.grad(out.sin().sum(), inputs)])
    for ours, torchs in zip(*found, strict=True):
        assert torch.allclose(ours, torchs, atol=1e-12)


def test_the_written_backward_pass_is_the_derivative() -> None:
    inputs = [x.detach()[:1, :2, :4].clone().requires_grad_() for x in _inputs(dtype=torch.double)]

    def with_dropout(*given: torch.Tensor) -> torch.Tensor:
        torch.manual_seed(5)
        return on_cpu.attention(*given, mask=None, dropout=0.3, scale=0.5)

    assert torch.autograd.gradcheck(with_dropout, inputs)


def test_attention_drops_weights() -> None:
    torch.manual_seed(0)
    q, k, _ = _inputs(length=64, keys=64)
    identity = torch.eye(64).expand(2, 4, 64, 64)
    weights = torch.softmax(q @ k.transpose(-2, -1) * 8**-0.5, -1)
    with on_cpu.quick(CPU):
        dropped = scaled_dot_product_attention(q, k, identity, dropout_p=0.25)
    kept = dropped != 0
    assert float(kept.double().mean()) == pytest.approx(0.75, abs=0.02)
    assert torch.allclose(dropped[kept], weights[kept] / 0.75, rtol=1e-4)


def test_long_attention_without_dropout_and_masks_that_learn_are_left_to_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any) -> None:
        raise AssertionError("written out")

    monkeypatch.setattr(on_cpu, "attention", refused)
    long = _inputs(length=2, keys=on_cpu.LONGEST + 1)
    learnt = torch.zeros(9, 9, requires_grad=True)
    with on_cpu.quick(CPU):
        scaled_dot_product_attention(*long)
        scaled_dot_product_attention(*_inputs(), attn_mask=learnt)
        with pytest.raises(AssertionError, match="written out"):
            scaled_dot_product_attention(*_inputs())


def _bert(dropped: float) -> BertForMaskedLM:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=50, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
        hidden_dropout_prob=dropped, attention_probs_dropout_prob=dropped,
    )  # fmt: skip
    return BertForMaskedLM(config).train()


def _gradient(model: BertForMaskedLM, *, quick: bool, bf16: bool = False) -> torch.Tensor:
    ids = torch.arange(2, 32).view(2, 15)
    mask = torch.ones(2, 15, dtype=torch.long)
    mask[0, 9:] = 0
    model.zero_grad()
    torch.manual_seed(7)
    with on_cpu.quick(model) if quick else torch.enable_grad():
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            logits = model(input_ids=ids, attention_mask=mask).logits
        logits.float()[mask.bool()].logsumexp(-1).sum().backward()
    return torch.cat([weight.grad.flatten() for weight in model.parameters() if weight.grad is not None])


def test_a_models_gradient_is_the_same() -> None:
    model = _bert(0.0)
    torchs = _gradient(model, quick=False)
    assert torch.allclose(_gradient(model, quick=True), torchs, atol=1e-5)
    narrow = _gradient(model, quick=True, bf16=True)
    of_torch = _gradient(model, quick=False, bf16=True)
    assert float((narrow - torchs).norm() / torchs.norm()) < 1.5 * float((of_torch - torchs).norm() / torchs.norm())


@pytest.mark.parametrize("bf16", [False, True])
def test_recomputed_activations_meet_the_same_dropout(bf16: bool) -> None:
    model = _bert(0.2)
    once = _gradient(model, quick=True, bf16=bf16)
    checkpoint_activations(model)
    assert torch.allclose(_gradient(model, quick=True, bf16=bf16), once, atol=1e-6)


def test_outside_of_the_context_nothing_changes() -> None:
    torch.manual_seed(1)
    expected = dropout(torch.ones(99), 0.5)
    with on_cpu.quick(CPU):
        pass
    torch.manual_seed(1)
    assert torch.equal(dropout(torch.ones(99), 0.5), expected)
