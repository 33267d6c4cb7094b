"""BLOOM in one flat row: each document says, bit for bit, what it says alone."""

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from acclimate.compat.transformers.bloom import borders_mask, is_borders
from acclimate.compat.transformers.loading import checkpoint_activations, pretrained
from acclimate.compat.transformers.runner import Runner
from acclimate.compat.transformers.ways import choose
from acclimate.core.examples import Batch
from tests.made import VOCABULARY, language_model

NOTHING = np.zeros(0, np.int64)


def bloom(**options: Any) -> Any:
    return language_model("bloom", n_head=4, n_layer=2, **options).model.eval()


def documents(*lengths: int) -> list[Any]:
    draw = np.random.Generator(np.random.PCG64(0))
    return [draw.integers(5, VOCABULARY, length) for length in lengths]


def flat(model: Any, runner: Runner, some: list[Any]) -> Tensor:
    offsets = np.concatenate([[0], np.cumsum([len(one) for one in some])])
    batch = Batch(
        np.concatenate(some)[None], None, offsets, np.arange(offsets[-1]), NOTHING, len(some), int(offsets[-1])
    )
    return runner.logits(model, batch)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("lengths", [(40, 1, 7), (300, 500, 3)])
def test_logits_are_those_of_each_document_alone(dtype: torch.dtype, lengths: tuple[int, ...]) -> None:
    """Two products of one matrix may differ in the last bit with the number of rows; attention itself does not."""
    model = bloom().to(dtype)
    way, _ = choose(model, causal=True)
    some = documents(*lengths)
    with torch.no_grad():
        there = flat(model, Runner(model, way), some).float()
        alone = torch.cat([model(input_ids=torch.tensor(one[None])).logits[0] for one in some]).float()
    assert (there - alone).abs().max() <= (1e-6 if dtype == torch.float32 else 1e-2) * alone.abs().max()


def test_attention_of_a_document_does_not_depend_on_its_place_or_neighbours() -> None:
    model = bloom()
    way, sentence = choose(model, causal=True)
    assert way.flat
    assert "ALiBi" in sentence
    runner, own = Runner(model, way), documents(30)
    with torch.no_grad():
        first = flat(model, runner, own + documents(64)[:1])[:30]
        for before in (1, 64):
            later = flat(model, runner, [*documents(before), *own])[before:]
            assert torch.allclose(later, first, atol=1e-6)
        neighbours = [
            flat(model, runner, [*own, one])[:30] for one in (documents(50)[0], documents(50)[0][::-1].copy())
        ]
    assert torch.equal(*neighbours)


def test_one_documents_alibi_for_all_is_seen_by_the_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the borders lost on the way, the probe would find out."""
    from acclimate.compat.transformers import bloom as module

    monkeypatch.setattr(module, "borders_mask", lambda offsets, device: borders_mask([0, offsets[-1]], device))
    way, sentence = choose(bloom(), causal=True)
    assert not way.flat
    assert "ALiBi from its start: " in sentence
    assert " off" in sentence


def test_gradients_are_the_same_bits_with_checkpointing() -> None:
    found = []
    for checkpointed in (False, True):
        model = bloom().train()
        runner = Runner(model, choose(model, causal=True)[0])
        if checkpointed:
            checkpoint_activations(model)
        flat(model, runner, documents(20, 9)).square().sum().backward()
        found.append([weight.grad for weight in model.parameters()])
    assert all(torch.equal(one, other) for one, other in zip(*found, strict=True))


def test_what_it_could_before_it_still_can(tmp_path: Path) -> None:
    """Padded batches, generation, copies and files are those of a plain BLOOM."""
    plain, model = bloom(), bloom()
    choose(model, causal=True)
    ids = torch.tensor(documents(12)[0][None])
    mask = torch.tensor([[0] * 3 + [1] * 9])
    for one in (model, copy.deepcopy(model)):
        with torch.no_grad():
            assert torch.equal(
                one(input_ids=ids, attention_mask=mask).logits, plain(input_ids=ids, attention_mask=mask).logits
            )
        assert torch.equal(one.generate(ids, max_new_tokens=5, do_sample=False, pad_token_id=0),
                           plain.generate(ids, max_new_tokens=5, do_sample=False, pad_token_id=0))  # fmt: skip
    model.save_pretrained(tmp_path)
    again, trained = pretrained(str(tmp_path), "main", "causal")
    assert trained
    assert again.config.architectures == ["BloomForCausalLM"]
    assert all(torch.equal(again.state_dict()[name], one) for name, one in plain.state_dict().items())


def test_borders_are_told_from_masks() -> None:
    borders = borders_mask([0, 3, 5], torch.device("cpu"))
    assert borders.flatten().tolist() == [0, 3, 5]
    assert is_borders(borders)
    assert not any(is_borders(mask) for mask in (None, torch.ones(1, 5).long(), torch.zeros(1, 1, 5, 5)))
