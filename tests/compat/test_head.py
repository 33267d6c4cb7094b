from typing import Any

import pytest
import torch

from acclimate.adapter.lora import Lora
from acclimate.compat.transformers.head import SparseHead
from tests.made import language_model

IDS = torch.randint(5, 120, (2, 9), generator=torch.Generator().manual_seed(0))
POSITIONS = torch.tensor([0, 4, 8, 9, 17])


def model(kind: str, adapter: str) -> Any:
    made = language_model(kind, **({"legacy": False} if kind == "deberta" else {})).model.eval()
    return made if adapter == "plain" else Lora(r=2, target_modules=("all-linear",)).wrap(made, [3, 7], 0)[0].eval()


@pytest.mark.parametrize("adapter", ["plain", "lora"])
@pytest.mark.parametrize("kind", ["bert", "roberta", "modernbert", "distilbert", "electra", "deberta", "gpt2", "llama"])
def test_logits_where_they_are_asked_for_are_the_whole_ones(kind: str, adapter: str) -> None:
    one = model(kind, adapter)
    with torch.no_grad():
        whole = one(input_ids=IDS).logits.reshape(18, -1)
        head = SparseHead(one)
        assert head.installed
        head.positions_L = POSITIONS
        some = one(input_ids=IDS).logits
        head.positions_L = None
        again = one(input_ids=IDS).logits.reshape(18, -1)
    assert some.shape == (1, 5, whole.shape[1]), "nothing else meets the vocabulary"
    assert torch.allclose(some[0], whole[POSITIONS], atol=1e-6)
    assert torch.equal(again, whole)
    head.remove()
    head.remove()
    head.positions_L = POSITIONS
    assert torch.equal(one(input_ids=IDS).logits.reshape(18, -1), whole)


def test_gradients_are_those_of_the_whole_head() -> None:
    def gradients(sparse: bool) -> dict[str, torch.Tensor]:
        one = model("bert", "plain")
        head = SparseHead(one)
        head.positions_L = POSITIONS if sparse else None
        logits = one(input_ids=IDS).logits.reshape(-1, 120)
        chosen = logits if sparse else logits[POSITIONS]
        torch.nn.functional.cross_entropy(chosen, torch.arange(5)).backward()
        return {name: weight.grad for name, weight in one.named_parameters()}

    found, wanted = gradients(True), gradients(False)
    assert all(torch.allclose(found[name], wanted[name], atol=1e-6) for name in wanted)
