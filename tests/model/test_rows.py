from typing import Any

import pytest
import torch

from acclimate.compat.transformers.resize import token_biases, token_matrices
from acclimate.model.rows import add_rows
from tests.made import VOCABULARY, language_model

KINDS = {
    "bert": ("bert", {}),
    "roberta": ("roberta", {}),
    "deberta": ("deberta", {"legacy": False}),
    "gpt2": ("gpt2", {}),
    "llama, tied": ("llama", {"tie_word_embeddings": True}),
    "llama, untied": ("llama", {"tie_word_embeddings": False}),
}
NEW = [VOCABULARY, VOCABULARY + 1, VOCABULARY + 2]
PIECES = [[5, 6, 9], [7], []]
IDS = torch.randint(5, VOCABULARY, (3, 20), generator=torch.Generator().manual_seed(0))


def made(name: str) -> Any:
    kind, options = KINDS[name]
    lm = language_model(kind, **options)
    lm.model.eval()
    with torch.no_grad():
        for bias in token_biases(lm.model):
            bias.copy_(torch.randn(bias.shape, generator=torch.Generator().manual_seed(1)))
    return lm


@pytest.mark.parametrize("name", KINDS)
def test_new_rows_are_the_mean_of_their_pieces_and_all_else_stays(name: str) -> None:
    lm = made(name)
    before = [matrix.detach().clone() for matrix in token_matrices(lm.model)]
    biases = [bias.detach().clone() for bias in token_biases(lm.model)]
    add_rows(lm, NEW, PIECES)
    assert lm.new_rows == NEW
    after = token_matrices(lm.model)
    assert len(after) == len(before) == (2 if name == "llama, untied" else 1)
    for old, new in zip(before, after, strict=True):
        assert torch.equal(new[:VOCABULARY], old)
        assert torch.allclose(new[NEW[0]], old[[5, 6, 9]].mean(0), atol=1e-7)
        assert torch.equal(new[NEW[1]], old[7])
        assert torch.allclose(new[NEW[2]], old.mean(0), atol=1e-7)
    for old, new in zip(biases, token_biases(lm.model), strict=True):
        assert torch.equal(new[:VOCABULARY], old)
        assert new[NEW].tolist() == pytest.approx([float(old[[5, 6, 9]].mean()), float(old[7]), 0.0], abs=1e-6)


@pytest.mark.parametrize("name", KINDS)
def test_logits_of_old_tokens_stay(name: str) -> None:
    lm = made(name)
    with torch.no_grad():
        before = lm.model(input_ids=IDS).logits
        add_rows(lm, NEW, PIECES)
        after = lm.model(input_ids=IDS).logits
    assert after.shape[-1] == VOCABULARY + 3
    assert torch.allclose(after[..., :VOCABULARY], before, atol=1e-6)
    assert torch.allclose(after[..., NEW[1]], before[..., 7], atol=1e-6), "a token of one piece is said as likely as it"


def test_debertas_head_is_untouched() -> None:
    lm = made("deberta")
    before = {key: tensor.clone() for key, tensor in lm.model.lm_predictions.state_dict().items()}
    add_rows(lm, NEW, PIECES)
    after = lm.model.lm_predictions.state_dict()
    assert before.keys() == after.keys()
    for key in before.keys() - {"lm_head.bias"}:
        assert torch.equal(before[key], after[key]), key


def test_rows_that_are_there_already_are_used() -> None:
    """Embeddings are often larger than the vocabulary (GPT-2 and others are padded to a multiple of 64)."""
    lm = made("gpt2")
    before = lm.model.get_input_embeddings().weight.detach().clone()
    add_rows(lm, [110, 111], [[5], []])
    after = lm.model.get_input_embeddings().weight
    assert after.shape[0] == VOCABULARY
    assert torch.equal(after[110], before[5])
    assert torch.allclose(after[111], before[:110].mean(0), atol=1e-7), "rows that stand for nothing do not count"
    rest = [number for number in range(VOCABULARY) if number not in (110, 111)]
    assert torch.equal(after[rest], before[rest])


def test_without_new_tokens_nothing_is_done() -> None:
    lm = made("bert")
    embedding = lm.model.get_input_embeddings()
    add_rows(lm, [], [])
    assert lm.model.get_input_embeddings() is embedding
    assert lm.new_rows == []
