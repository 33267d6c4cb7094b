"""How much memory a training will take, known before it starts (promise 19).

Everything is counted in bytes, for one process. Certain are weights, gradients and moments; activations and logits are
those of the largest forward pass, which `passes.largest` finds and the loop tries first.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from acclimate.compat.hardware import give_freed_memory_back, has_bf16
from acclimate.compat.memory_limits import Room, room
from acclimate.core.errors import Fault, UserError
from acclimate.core.events import Tell, note, warn
from acclimate.core.examples import Batch
from acclimate.train.section import Train
from acclimate.train.shape import FLOAT, Load, Shape, Weights, load_of, shape_of, weights_of

_HALF = 2
_LOGIT = 4 * FLOAT
"""A logit, its log-probability, and the gradient of each: all four are there when the backward pass begins."""
_PYTHON = 500 * 2**20
"""An interpreter that has imported torch, transformers, PEFT, Arrow and DuckDB (measured: 470 to 600 MiB)."""
_TIMES, _SHORT = 2, 0.15
"""No freed memory is kept beyond so many times what was foreseen, or with less than this share of all memory left."""


@dataclass(frozen=True)
class Memory:
    """The parts of a training's memory, in bytes."""

    weights: int
    gradients: int
    optimizer: int
    activations: int
    logits: int
    python: int

    @property
    def certain(self) -> int:
        """What no smaller batch saves: weights, gradients, moments."""
        return self.weights + self.gradients + self.optimizer

    @property
    def total(self) -> int:
        """The largest memory at one time."""
        return sum(getattr(self, part.name) for part in fields(self))


def predict(
    weights: Weights, shape: Shape, load: Load, *, bf16: bool, gradient_checkpointing: bool, python: int = _PYTHON
) -> Memory:
    """Give what a training takes at most.

        weights     = parameters x (4, and 2 more for the copies that bfloat16 autocast makes)
        gradients   = trainable x 4
        optimizer   = trainable x moments
        activations = (layers + 1) x layer, the one more being the gradients of the layer at work;
                      with gradient checkpointing: layers x tokens x hidden x 4 + 2 x layer
        logits      = positions x vocabulary x 16
        layer       = tokens x (2 hidden, in float32, and all else that the backward pass reads; `_kept`) + pairs x pair

    Source: Korthikanti et al. 2022 (arXiv 2205.05198), section 4, in numbers rather than bytes, with a dropout mask counted
    as a number (so torch keeps it on CPUs), fused attention without its matrices (those of short documents, written out on CPUs, are left out), and gated layers
    beside plain ones.
    """
    narrow = _HALF if bf16 else FLOAT
    stream = load.tokens * shape.hidden * FLOAT
    layer = 2 * stream + narrow * (load.tokens * _kept(shape, weights) + load.pairs * shape.pair)
    activations = shape.layers * stream + 2 * layer if gradient_checkpointing else (shape.layers + 1) * layer
    return Memory(
        weights=weights.parameters * (weights.width + (_HALF if bf16 and weights.width > _HALF else 0)),
        gradients=weights.trainable * FLOAT,
        optimizer=weights.trainable * weights.moments,
        activations=activations if shape.layers else 0,
        logits=load.positions * shape.vocabulary * _LOGIT,
        python=python,
    )


def _kept(shape: Shape, weights: Weights) -> int:
    """Count the numbers that a layer keeps of a token, the residual stream left out.

    A matrix keeps its input only if it is trained; attention keeps queries, keys, values and what it gives.
    """
    attention = 2 * shape.queries + 2 * shape.keys + shape.relative
    feed_forward = shape.between * shape.intermediate
    masks = 2 * shape.hidden if shape.dropout else 0
    normed = 2 * shape.hidden if shape.between == 3 else 0
    inputs = 2 * shape.hidden + shape.queries + shape.intermediate + normed
    if weights.adapted:
        inputs = 2 * weights.adapted // max(1, shape.layers)  # LoRA's dropout: what it gives, and its mask
    return attention + feed_forward + masks + inputs


@dataclass(frozen=True)
class Foreseen:
    """What a training will take, beside what there is; `remedies` are what would make it less."""

    memory: Memory
    room: Room
    remedies: tuple[str, ...]

    @property
    def fits(self) -> bool:
        """Whether there is enough."""
        return self.memory.total <= self.room.free

    @property
    def too_much(self) -> int:
        """What may be held, freed memory that is kept included: what was held before, and twice what training takes."""
        return self.room.held + _TIMES * self.memory.total

    def __str__(self) -> str:
        parts = ((part.name, getattr(self.memory, part.name)) for part in fields(self.memory))
        listed = ", ".join(f"{name} {_size(number)}" for name, number in parts if number)
        there = f"{_size(self.room.free)} of {'GPU ' if self.room.gpu else ''}memory"
        wanted = f"training will take about {_size(self.memory.total)} ({listed})"
        if self.fits:
            return f"{wanted}; {there} can be had"
        return f"{wanted}, but only {there} can be had; what makes it less: {'; '.join(self.remedies)}"

    def say(self, tell: Tell) -> None:
        """Tell it: a note where there is enough, else a warning."""
        (note if self.fits else warn)(tell, str(self))


def foresee(model: Any, batch: Batch | None, settings: Train) -> Foreseen:
    """Say what a training will take and what there is.

    Takes: a model, on the meta device or loaded, as its adapter wrapped it; the largest forward pass (None where there is
    no update).
    Raises: UserError if weights, gradients and moments alone are more than all the memory there is.
    """
    there = room()
    weights = weights_of(model, settings.optim.moment_bytes)
    memory = predict(
        weights,
        shape_of(model, gpu=there.gpu),
        load_of(model, batch) if batch is not None else Load(0, 0, 0),
        bf16=has_bf16() if settings.bf16 is None else settings.bf16,
        gradient_checkpointing=settings.gradient_checkpointing,
        python=0 if there.gpu else _PYTHON,
    )
    fewer = "a smaller model" if weights.trainable < weights.parameters else "adapter: lora; a smaller model"
    _need_certain(memory, there, fewer)
    flat = batch is not None and batch.offsets_N1 is not None
    smaller = f"a smaller per_device_train_batch_size or {'batch_tokens' if flat else 'max_padded_tokens'}"
    recompute = [] if settings.gradient_checkpointing else ["gradient_checkpointing: true"]
    return Foreseen(memory, there, (smaller, *recompute, fewer))


def relieve(too_much: int, tell: Tell) -> bool:
    """Stop keeping freed memory where that has become too much, or memory runs short; say whether this was done.

    The loop keeps it, which is faster; where batches differ in size more and more is kept (docs/log.md). Takes:
    `Foreseen.too_much`.
    """
    there = room()
    left = there.free - there.held
    if there.gpu or (there.held < too_much and left > _SHORT * there.total):
        return False
    give_freed_memory_back()
    note(tell, f"{_size(there.held)} of memory are held: what is freed goes back to the system from here on")
    return True


def _need_certain(memory: Memory, there: Room, do: str) -> None:
    if memory.certain <= there.total:
        return
    parts = f"weights {_size(memory.weights)}, gradients {_size(memory.gradients)}, optimizer {_size(memory.optimizer)}"
    where = "GPU" if there.gpu else "machine"
    raise UserError(
        Fault("train", f"{parts}: {_size(memory.certain)}, however small a batch is",
              f"{_size(there.total)}, all that the {where} has", do)
    )  # fmt: skip


def _size(number: float) -> str:
    return f"{number / 1e9:.1f} GB" if number >= 1e9 else f"{number / 1e6:.0f} MB"
