"""What is foreseen: by hand, and against what torch really keeps. What processes really took: promises/test_19."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from acclimate.adapter.full import Full
from acclimate.adapter.lora import Lora
from acclimate.compat.memory_limits import Room
from acclimate.compat.transformers import attention
from acclimate.compat.transformers.loading import checkpoint_activations
from acclimate.compat.transformers.runner import Runner
from acclimate.compat.transformers.ways import PADDED, Way
from acclimate.core.errors import UserError
from acclimate.core.events import Event
from acclimate.core.examples import Batch
from acclimate.train import memory
from acclimate.train.memory import Memory, foresee, predict
from acclimate.train.section import Train
from acclimate.train.shape import Load, Shape, Weights, load_of, shape_of, weights_of
from tests.train.layers import DROPOUT, RELATIVE, a_pass, made

BERT = Shape(layers=2, hidden=8, intermediate=32, queries=8, keys=8, vocabulary=100, pair=6, dropout=True)
LLAMA = Shape(layers=2, hidden=8, intermediate=16, queries=8, keys=4, vocabulary=100, between=3)
LOAD = Load(tokens=10, pairs=50, positions=3)


def test_a_bert_by_hand() -> None:
    """A token of a layer: two streams of 8; queries, keys, values, answer 32; GELU 32; masks 16; inputs of matrices 56."""
    layer = 2 * 10 * 8 * 4 + (10 * (32 + 32 + 16 + 56) + 50 * 6) * 4
    assert layer == 7280
    found = predict(Weights(1000, 1000), BERT, LOAD, bf16=False, gradient_checkpointing=False, python=7)
    assert found == Memory(4000, 4000, 8000, 3 * layer, 3 * 100 * 16, 7)
    assert (found.certain, found.total) == (16_000, 16_000 + 21_840 + 4800 + 7)
    recomputed = predict(Weights(1000, 1000), BERT, LOAD, bf16=False, gradient_checkpointing=True, python=7)
    assert recomputed == replace(found, activations=2 * 10 * 8 * 4 + 2 * layer)
    half = predict(Weights(1000, 1000), BERT, LOAD, bf16=True, gradient_checkpointing=False, python=7)
    assert half == replace(found, weights=6000, activations=3 * (640 + 1660 * 2))


def test_a_llama_by_hand() -> None:
    """A token of a layer: two streams of 8; attention 2 x 8 + 2 x 4; gate, its SiLU and up 48; inputs and norms 56."""
    layer = 2 * 10 * 8 * 4 + 10 * (24 + 48 + 56) * 4
    assert layer == 5760
    weights = Weights(2000, 2000, moments=4)
    assert predict(weights, LLAMA, LOAD, bf16=False, gradient_checkpointing=False, python=0) == Memory(
        8000, 8000, 8000, 3 * layer, 4800, 0
    )


def test_lora_by_hand() -> None:
    """LoRA on two matrices of 8 in each of 2 layers: the base keeps no inputs, LoRA's dropout 2 x 16 numbers a token."""
    weights = Weights(2000, 64, adapted=32)
    found = predict(weights, LLAMA, LOAD, bf16=False, gradient_checkpointing=False, python=0)
    assert found == Memory(8000, 256, 512, 3 * (640 + 10 * (24 + 48 + 32) * 4), 4800, 0)


def test_beside_the_formula_of_the_paper() -> None:
    """Korthikanti et al.: 34 s b h bytes a layer, 2 of them masks of one byte; here 2 more for these, 4 for a float32
    residual stream, 2 for the answer of attention, which is copied once.
    """
    shape = Shape(layers=1, hidden=64, intermediate=256, queries=64, keys=64, vocabulary=9, dropout=True)
    found = predict(Weights(0, 0), shape, Load(10, 0, 0), bf16=True, gradient_checkpointing=False, python=0)
    assert found.activations == 2 * (34 + 2 + 4 + 2) * 10 * 64


def test_nothing_trained_keeps_nothing() -> None:
    found = predict(Weights(10, 0), replace(BERT, layers=0), LOAD, bf16=False, gradient_checkpointing=False, python=0)
    assert found == Memory(40, 0, 0, 0, 4800, 0)


def kept_by_torch(model: Any, batch: Batch) -> int:
    """Give the bytes of all tensors that a forward pass saves for the backward one, the weights left out."""
    own = {weight.untyped_storage().data_ptr() for weight in model.parameters()}
    saved: dict[int, torch.Tensor] = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        if tensor.untyped_storage().data_ptr() not in own:
            saved[tensor.untyped_storage().data_ptr()] = tensor
        return tensor

    way = Way("by document", True, attention.NAME, 0, offsets=True) if batch.offsets_N1 is not None else PADDED
    runner = Runner(model, way)
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        runner.logits(model, batch)
    runner.close()
    return sum(tensor.untyped_storage().nbytes() for tensor in saved.values())


@pytest.mark.parametrize(
    "kind, adapter, flat, config",
    [
        ("bert", Full(), True, {}),
        ("bert", Full(), True, DROPOUT),
        ("bert", Full(), False, DROPOUT),
        ("bert", Lora(), True, {}),
        ("llama", Full(), True, {}),
        ("llama", Lora(), True, {}),
        ("gpt2", Full(), True, {}),
        ("modernbert", Full(), True, {}),
        ("deberta", Full(), False, DROPOUT | RELATIVE),
    ],
)
def test_a_forward_pass_keeps_what_is_foreseen(kind: str, adapter: Any, flat: bool, config: Any) -> None:
    model, batch = made(kind, adapter, **config), a_pass(flat)
    if flat:
        attention.register()
        getattr(model, "get_base_model", lambda: model)().set_attn_implementation(attention.NAME)
    shape = shape_of(model, gpu=False)
    foreseen = predict(
        weights_of(model), shape, load_of(model, batch), bf16=False, gradient_checkpointing=False
    ).activations
    at_work = foreseen / (shape.layers + 1)
    assert 0.8 < (foreseen - at_work) / kept_by_torch(model, batch) < 1.2


def test_with_recomputation_only_the_streams_are_kept() -> None:
    model, batch = made("bert", Full()), a_pass(flat=False)
    checkpoint_activations(model)
    streams = 6 * 512 * 64 * 4
    assert 1 < kept_by_torch(model, batch) / streams < 2, "the head's own activations come on top"


def told(monkeypatch: pytest.MonkeyPatch, there: Room, adapter: Any, **settings: Any) -> tuple[Event, memory.Foreseen]:
    monkeypatch.setattr(memory, "room", lambda: there)
    found = foresee(made("bert", adapter), a_pass(flat=True), Train(bf16=False, **settings))
    events: list[Event] = []
    found.say(events.append)
    return events[0], found


def test_enough_is_a_note_and_too_little_a_warning_that_says_what_to_change(monkeypatch: pytest.MonkeyPatch) -> None:
    event, found = told(monkeypatch, Room(2 * 10**9, 10**10, gpu=False), Full())
    assert (event.kind, found.fits) == ("note", True)
    assert "2.0 GB of memory can be had" in event.text
    assert "activations" in event.text
    event, found = told(monkeypatch, Room(10**6, 10**10, gpu=True), Full())
    assert (event.kind, found.fits, found.memory.python) == ("warning", False, 0)
    assert "only 1 MB of GPU memory can be had" in event.text
    for remedy in ("per_device_train_batch_size", "batch_tokens", "gradient_checkpointing: true", "adapter: lora"):
        assert remedy in event.text
    event, _ = told(monkeypatch, Room(10**6, 10**10, gpu=True), Lora(), gradient_checkpointing=True)
    assert "gradient_checkpointing" not in event.text
    assert "lora" not in event.text


def test_what_can_never_fit_stops_before_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="optimizer 3 MB: 6 MB, however small a batch is") as caught:
        told(monkeypatch, Room(10**9, 10**6, gpu=False), Full())
    assert "1 MB, all that the machine has" in str(caught.value)
    assert "adapter: lora" in str(caught.value)
    assert told(monkeypatch, Room(10**6, 10**7, gpu=False), Full())[0].kind == "warning", "a smaller batch may do"


def test_no_update_has_no_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "room", lambda: Room(10**9, 10**9, gpu=False))
    found = foresee(made("bert", Full()), None, Train(bf16=False)).memory
    assert (found.activations, found.logits) == (0, 0)
    assert found.certain > 0


def test_what_was_held_before_training_is_not_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "room", lambda: Room(10**11, 10**11, gpu=False, held=5 * 10**10))
    found = foresee(made("bert", Full()), None, Train(bf16=False))
    assert found.too_much == 5 * 10**10 + 2 * found.memory.total


@pytest.mark.parametrize(
    "there, short",
    [
        (Room(free=8 * 10**9, total=10 * 10**9, gpu=False, held=6 * 10**9), False),
        (Room(free=7 * 10**9, total=10 * 10**9, gpu=False, held=6 * 10**9), True),
        (Room(free=20 * 10**9, total=30 * 10**9, gpu=False, held=81 * 10**8), True),
        (Room(free=7 * 10**9, total=10 * 10**9, gpu=True), False),
        (Room(free=10**9, total=10 * 10**9, gpu=True), False),
    ],
)
def test_freed_memory_is_given_back_where_it_is_too_much_or_memory_runs_short(
    there: Room, short: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, told = [], []
    monkeypatch.setattr(memory, "room", lambda: there)
    monkeypatch.setattr(memory, "give_freed_memory_back", lambda: asked.append(True))
    assert memory.relieve(8 * 10**9, told.append) is short
    assert len(asked) == len(told) == short
    assert all(f"{there.held / 1e9:.1f} GB of memory are held" in one.text for one in told)
