"""Under every adapter a task's head is trained, and what lies below it is as the adapter says."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from transformers import AutoConfig, AutoModelForSequenceClassification, AutoModelForTokenClassification

from acclimate.core.registry import resolve
from tests.made import SIZES

HEADS = {
    "bert": ("classifier", "pooler"),
    "roberta": ("classifier",),
    "distilbert": ("pre_classifier", "classifier"),
    "llama": ("score",),
}


def model(kind: str, auto: Any = AutoModelForSequenceClassification) -> Any:
    torch.manual_seed(0)
    return auto.from_config(AutoConfig.for_model(kind, **SIZES, num_labels=3))


@pytest.mark.parametrize("kind", sorted(HEADS))
@pytest.mark.parametrize(
    "adapter, options",
    [
        ("freeze", {}),
        ("freeze", {"last_layers": 1}),
        ("lora", {"target_modules": "all-linear"}),
        ("adalora", {"target_modules": "all-linear"}),
    ],
)
def test_the_head_is_trained_and_the_embedding_is_not(kind: str, adapter: str, options: dict[str, Any]) -> None:
    wrapped, _ = resolve("adapter", adapter).model_validate(options).wrap(model(kind), [], 0)
    trained = {name for name, weight in wrapped.named_parameters() if weight.requires_grad}
    for part in HEADS[kind]:
        assert any(f"{part}." in name for name in trained), part
    assert not any("embed" in name and "lora" not in name for name in trained)
    assert not any(f"{part}." in name and "lora_" in name for part in HEADS[kind] for name in trained)
    layers = {name for name in trained if ".layer" in name and "lora_" not in name}
    assert bool(layers) == ("last_layers" in options)


def test_merged_it_says_what_it_said_with_its_adapter() -> None:
    method = resolve("adapter", "lora")()
    wrapped, _ = method.wrap(model("bert", AutoModelForTokenClassification), [], 0)
    with torch.no_grad():
        for name, weight in wrapped.named_parameters():
            if weight.requires_grad:
                weight.add_(torch.randn(weight.shape, generator=torch.Generator().manual_seed(len(name))) * 0.05)
    ids = torch.arange(5, 15)[None]
    before = wrapped.eval()(input_ids=ids).logits
    after = method.merge(wrapped).eval()(input_ids=ids).logits
    assert torch.allclose(before, after, atol=1e-5)
