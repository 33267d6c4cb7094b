import numpy as np
import pytest
import torch

from acclimate.compat.transformers.runner import Runner
from acclimate.compat.transformers.ways import PADDED, choose
from acclimate.core.examples import Supervised
from acclimate.tokens.pad import Pad
from acclimate.tokens.padding_free import PaddingFree
from tests.made import language_model

LENGTHS = [9, 1, 20, 4]


def documents() -> Supervised:
    draw = np.random.Generator(np.random.PCG64(0))
    offsets = np.concatenate([[0], np.cumsum(LENGTHS)])
    positions = np.array([0, 8, 9, 15, 16, 29, 33])
    return Supervised(draw.integers(5, 120, offsets[-1]).astype(np.int32), offsets, positions, positions)


@pytest.mark.parametrize("kind", ["bert", "roberta", "deberta", "gpt2", "mistral"])
def test_logits_are_those_of_each_document_alone_flat_or_padded(kind: str) -> None:
    lm = language_model(kind, **({"legacy": False} if kind == "deberta" else {}))
    lm.model.eval()
    made = documents()
    alone = []
    with torch.no_grad():
        for begin, end in zip(made.offsets_N1[:-1], made.offsets_N1[1:], strict=True):
            places = [place - begin for place in made.positions_L if begin <= place < end]
            alone.append(lm.model(input_ids=torch.as_tensor(made.ids_T[begin:end]).long()[None]).logits[0, places])
        wanted = torch.cat(alone)
        ways = {"padded": (PADDED, Pad(pad_to_multiple_of=8))}
        way, _ = choose(lm.model, causal=lm.causal)
        if way.flat:
            ways["flat"] = (way, PaddingFree())
        for name, (chosen, batching) in ways.items():
            if chosen is PADDED:
                lm.model.set_attn_implementation("eager")
            else:
                choose(lm.model, causal=lm.causal)
            runner = Runner(lm.model, chosen)
            found = runner.logits(lm.model, batching.collate(made, lm.pad_id))
            runner.close()
            assert found.shape == (7, 120)
            assert torch.allclose(found, wanted, atol=1e-5), name


def test_a_model_without_output_embeddings_still_gives_the_asked_positions(monkeypatch: pytest.MonkeyPatch) -> None:
    lm = language_model("bert")
    lm.model.eval()
    batch = Pad().collate(documents(), lm.pad_id)
    wanted = Runner(lm.model, PADDED).logits(lm.model, batch)
    monkeypatch.setattr(lm.model, "get_output_embeddings", lambda: None)
    other = language_model("bert")
    other.model.eval()
    monkeypatch.setattr(other.model, "get_output_embeddings", lambda: None)
    runner = Runner(other.model, PADDED)
    found = runner.logits(other.model, batch)
    runner.close()
    assert torch.allclose(found, wanted, atol=1e-6)


def test_no_label_no_logits_but_a_gradient_of_zero() -> None:
    lm = language_model("bert")
    made = documents()
    nothing = np.zeros(0, dtype=np.int64)
    batch = Pad().collate(Supervised(made.ids_T, made.offsets_N1, nothing, nothing), lm.pad_id)
    logits = Runner(lm.model, PADDED).logits(lm.model, batch)
    assert logits.shape == (0, 120)
    logits.sum().backward()
    assert not any(bool(weight.grad.any()) for weight in lm.model.parameters() if weight.grad is not None)
