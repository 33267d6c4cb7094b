import numpy as np
import pytest
import torch

from acclimate.compat.transformers.arm import ModelArm
from acclimate.compat.transformers.ways import PADDED, choose
from tests.made import language_model

LENGTHS = [12, 1, 30, 7, 12, 3]


@pytest.mark.parametrize("batch_tokens", [16, 40, 10_000])
@pytest.mark.parametrize("flat", [True, False])
@pytest.mark.parametrize("kind", ["bert", "gpt2"])
def test_scores_are_the_log_probabilities_of_each_document_alone(kind: str, flat: bool, batch_tokens: int) -> None:
    lm = language_model(kind, hidden_dropout_prob=0.3) if kind == "bert" else language_model(kind)
    lm.model.train()
    draw = np.random.Generator(np.random.PCG64(0))
    documents = [draw.integers(5, 120, length) for length in LENGTHS]
    positions = [np.unique(draw.integers(0, length, 5)) for length in LENGTHS]
    positions[3] = np.zeros(0, dtype=np.int64)
    targets = [draw.integers(0, 120, len(places)) for places in positions]
    lm.model.eval()
    with torch.no_grad():
        alone = [lm.model(input_ids=torch.as_tensor(ids)[None]).logits[0].double() for ids in documents]
    lm.model.train()
    way = choose(lm.model, causal=lm.causal)[0] if flat else PADDED
    arm = ModelArm(lm, way, batch_tokens)
    found = arm.score(documents, positions, targets)
    arm.close()
    assert not lm.model.training, "dropout is off"
    assert (arm.causal, arm.max_length, len(found)) == (kind == "gpt2", 64, len(LENGTHS))
    for one, logits, places, wanted in zip(found, alone, positions, targets, strict=True):
        log = logits[places].numpy()
        log = log - np.log(np.exp(log - log.max(1, keepdims=True)).sum(1, keepdims=True)) - log.max(1, keepdims=True)
        assert one.log_probability_N == pytest.approx(log[np.arange(len(wanted)), wanted], abs=2e-5)
        assert one.best_N.tolist() == log.argmax(1).tolist()


def test_a_batch_holds_no_more_tokens_than_it_may_padding_included(monkeypatch: pytest.MonkeyPatch) -> None:
    lm = language_model("bert")
    arm = ModelArm(lm, PADDED, 40)
    sizes = []
    collate = arm._collate
    monkeypatch.setattr(arm, "_collate", lambda *given: sizes.append((made := collate(*given)).ids_BT.size) or made)
    documents = [np.full(length, 7) for length in LENGTHS]
    arm.score(documents, [np.zeros(1, np.int64)] * 6, [np.full(1, 9)] * 6)
    assert max(sizes) <= 40
    assert len(sizes) < len(LENGTHS)
