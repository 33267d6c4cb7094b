"""The loop's loss is -ln softmax of the full logits of each document alone, averaged over the learnt tokens, by numpy."""

from pathlib import Path

import numpy as np
import pytest
import torch

from acclimate.core.examples import Examples
from acclimate.tokens.pad import Pad
from acclimate.tokens.padding_free import PaddingFree
from acclimate.train.loop import Loop
from acclimate.train.plan import make_plan
from acclimate.train.section import Train
from tests.made import examples, job, language_model

SETTINGS = Train(max_steps=1, per_device_train_batch_size=3, gradient_accumulation_steps=2, logging_steps=1, bf16=False,
                 warmup_steps=0, per_device_eval_batch_size=2)  # fmt: skip
BATCHINGS = {"flat": PaddingFree(), "padded": Pad()}


def log_probabilities(kind: str, ids: list[int]) -> np.ndarray:
    """ln p of every token at every place of one document, in double precision from the fresh model's logits."""
    model = language_model(kind).model.eval()
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([ids])).logits[0].double().numpy()
    return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


def causal_loss(data: Examples, numbers: list[int]) -> float:
    losses = []
    for number in numbers:
        ids = data.ids_T[data.offsets_N1[number] : data.offsets_N1[number + 1]].tolist()
        found = log_probabilities("gpt2", ids)
        losses += [-found[place, ids[place + 1]] for place in range(len(ids) - 1)]
    return float(np.mean(losses))


def masked_loss(one_job: object, data: Examples, numbers: list[int]) -> float:
    losses = []
    for number in numbers:
        ids = data.ids_T[data.offsets_N1[number] : data.offsets_N1[number + 1]].tolist()
        flat = data.gather(np.array([number]))
        hidden = one_job.objective.supervise(flat, one_job.lm.tokenizer, 0, SETTINGS.seed).positions_L.tolist()  # type: ignore[attr-defined]
        seen = [one_job.lm.tokenizer.mask_token_id if place in hidden else token for place, token in enumerate(ids)]  # type: ignore[attr-defined]
        found = log_probabilities("bert", seen)
        losses += [-found[place, ids[place]] for place in hidden]
    return float(np.mean(losses))


@pytest.mark.parametrize("batching", BATCHINGS)
@pytest.mark.parametrize("kind", ["bert", "gpt2"])
def test_the_loss_of_an_update_and_of_validation(kind: str, batching: str, tmp_path: Path) -> None:
    data, validation = examples(20, causal=kind == "gpt2"), examples(5, seed=3, causal=kind == "gpt2")
    chosen = BATCHINGS[batching]
    one = job(language_model(kind), tmp_path, data, SETTINGS, batching=chosen, flat=chosen.flat, validation=validation)
    loop = Loop(one)
    before = loop.validate()["eval_loss"]
    result = loop.run()
    numbers = make_plan(SETTINGS, np.ones(20, int), 1).numbers(0).tolist()
    assert len(numbers) == 6
    if kind == "gpt2":
        wanted = causal_loss(data, numbers), causal_loss(validation, list(range(5)))
    else:
        wanted = masked_loss(one, data, numbers), masked_loss(one, validation, list(range(5)))
    assert (result.history[0]["loss"], before) == pytest.approx(wanted, rel=1e-6)
    assert wanted[0] != pytest.approx(wanted[1], rel=1e-3)
