"""What a method of each family must be able to do. One to four functions each; options are the method's own fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from acclimate.core.answers import Kind
from acclimate.core.examples import Batch, Document, Examples, Flat, Ints, Supervised
from acclimate.core.rows import Counts, Rows
from acclimate.core.scores import GroupSums

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.optim import Optimizer
    from transformers import PreTrainedTokenizerFast


@runtime_checkable
class Source(Protocol):
    """A place that rows come from."""

    def read(self, where: str) -> tuple[Rows, Counts]:
        """Read everything. `where` is the dotted recipe place, for messages. Rows carry `row_id`.

        Raises: UserError naming file and row of what can't be read.
        """
        ...

    def inputs(self, where: str) -> Mapping[str, str]:
        """Give each file or address read, with something that changes when its content does (a hash)."""
        ...


@runtime_checkable
class Step(Protocol):
    """Something done to rows. Input and output carry `row_id` and `_role`; statistics come from training rows only."""

    def apply(self, rows: Rows, where: str, seed: int) -> tuple[Rows, Counts]:
        """Give the new rows and what became of the old ones. `seed` is the run's."""
        ...


@runtime_checkable
class Join(Protocol):
    """A step that makes one table of several; it stands first."""

    def join(self, tables: Mapping[str, Rows], where: str) -> tuple[Rows, Counts]:
        """Give one table of the tables of one role, by the names they have in the recipe."""
        ...


@runtime_checkable
class Reads(Protocol):
    """A step that reads rows of its own (replay)."""

    def inputs(self, where: str) -> Mapping[str, str]:
        """Give each file or address read, with something that changes when its content does."""
        ...


@runtime_checkable
class WritesFiles(Protocol):
    """A step that leaves files beside the prepared rows."""

    def files(self, rows: Rows) -> Mapping[str, Iterator[bytes]]:
        """Give the content of each file by its name, in parts. `rows` are those that `apply` gave."""
        ...


@runtime_checkable
class Masking(Protocol):
    """Which tokens belong together, and which of them are hidden."""

    def check(self, tokenizer: PreTrainedTokenizerFast, where: str) -> None:
        """Raise UserError if this strategy can't work with the tokenizer."""
        ...

    def units(self, document: Document) -> npt.NDArray[np.int32]:
        """Give each token's unit, counted from 0 in the order of the text; -1 where nothing may be hidden."""
        ...

    def hide(
        self, units_T: Ints, offsets_N1: Ints, key_N: npt.NDArray[np.uint64], probability: float
    ) -> npt.NDArray[np.bool_]:
        """Choose tokens to hide, whole units at a time, at least one unit in every document that has one.

        Takes: several documents end to end; `key_N`, 64 random bits a document (row and epoch), on which alone the
        choice depends; `probability`, the wanted share (0 to 1). Gives: a mark a token.
        """
        ...


@runtime_checkable
class Batching(Protocol):
    """How documents lie in the rows that a model sees."""

    flat: bool

    def layout(self, lengths_N: Ints, micro_batches: int) -> list[list[Ints]]:
        """Lay out one process's documents of one update.

        Takes: tokens of each document; how many micro-batches the update has. Gives: for each micro-batch the forward
        passes it needs, each an array of places in `lengths_N`. Every place appears exactly once.
        """
        ...

    def collate(self, documents: Supervised, pad_id: int) -> Batch:
        """Give the rows of one forward pass."""
        ...


@runtime_checkable
class Objective(Protocol):
    """What is to be learnt from documents."""

    head: str
    """Which head the model needs: masked, causal, classify, tag or extract."""
    primary: str
    """The score whose change decides the verdict, unless the recipe names another."""

    @property
    def accuracy(self) -> str:
        """What the log calls the share of labels that are the most probable answer; "" where it is not counted."""
        ...

    def check(self, tokenizer: PreTrainedTokenizerFast, where: str) -> None:
        """Raise UserError if the tokenizer lacks what this objective needs."""
        ...

    def units(self, document: Document, tokenizer: PreTrainedTokenizerFast) -> npt.NDArray[np.int32]:
        """Give what `Examples.units_T` keeps of each token."""
        ...

    def notes(self, examples: Examples, tokenizer: PreTrainedTokenizerFast) -> list[str]:
        """Tell what is worth knowing of the training examples, in sentences for log and report."""
        ...

    def supervise(self, documents: Flat, tokenizer: PreTrainedTokenizerFast, epoch: int, seed: int) -> Supervised:
        """Give inputs and labels of some documents in one epoch; a function of its arguments alone."""
        ...

    def loss(self, logits_LV: Tensor, labels_L: Tensor) -> Tensor:
        """Give the summed loss of a batch: what the head said (float32) at its positions, against `Supervised.labels_L`."""
        ...

    def weight(self, labels_L: npt.NDArray[Any]) -> float:
        """Give what a batch's summed loss is divided by: the number of its labels, unless they weigh unlike."""
        ...


@runtime_checkable
class Adapter(Protocol):
    """How few of a model's weights are trained."""

    learning_rate: float
    """The default learning rate with this adapter."""
    merges: bool
    """Whether the trained weights lie beside the base's (an `adapter/` is written, and `model/` merged)."""

    def wrap(self, model: nn.Module, new_rows: Sequence[int], seed: int) -> tuple[nn.Module, list[str]]:
        """Give the model with its trainable weights chosen, and what was decided, in sentences.

        Takes: `new_rows`, ids of embedding rows that are new and must be trained.
        """
        ...

    def prepare(self, model: nn.Module, updates: int) -> list[str]:
        """Fit the adapter's schedule to the run's real number of updates; give what was decided, in sentences.

        Raises: UserError if the run is too short for it.
        """
        ...

    def extra_loss(self, model: nn.Module) -> Tensor | None:
        """Give a term to be added once to the loss of an update, or None."""
        ...

    def after_update(self, model: nn.Module, update: int) -> None:
        """Do what follows the optimiser's step (1-based `update`), before gradients are cleared."""
        ...

    def state(self, model: nn.Module) -> dict[str, Tensor]:
        """Give what a checkpoint must hold beside weights and moments; empty where there is nothing."""
        ...

    def restore(self, model: nn.Module, state: Mapping[str, Tensor]) -> None:
        """Take up what `state` gave."""
        ...

    def set_back(self, model: nn.Module) -> set[str]:
        """Name the trained weights that the adapter itself has set back to where they began."""
        ...

    def settle(self, model: nn.Module) -> list[str]:
        """Make the trained model ready to be written, before `merge`; say what came of it, in sentences."""
        ...

    def merge(self, model: nn.Module) -> nn.Module:
        """Give the plain transformers model with the adapter's weights merged in; `model` is used up."""
        ...


@dataclass(frozen=True)
class Scored:
    """What a model says at some positions: natural log probability of each target, and its own first choice."""

    log_probability_N: npt.NDArray[np.float64]
    best_N: npt.NDArray[np.int64]


class Arm(Protocol):
    """A model that is being measured, with its own tokenizer."""

    tokenizer: PreTrainedTokenizerFast
    max_length: int
    """Longest sequence, in tokens, special ones included."""
    causal: bool
    in_text: Sequence[str]
    """Special tokens that are meant where they stand in a text (tags). What else looks like one is text."""

    def score(self, documents: Sequence[Ints], positions: Sequence[Ints], targets: Sequence[Ints]) -> list[Scored]:
        """Run the model once over each document (ids) and look at `positions`, where it should say `targets`.

        For a causal model the position of a token's prediction is the one before it.
        """
        ...


class Schedule(Protocol):
    """The course of the learning rate after the warm-up."""

    validates: bool
    """Whether it needs validation losses."""

    def rate(self, update: int, updates: int, losses: Sequence[float]) -> float:
        """Give the factor on the peak rate, 0 to 1, as a function of its arguments alone.

        Takes: an update (from 0) and the number of updates, both counted after the warm-up; validation losses so far.
        """
        ...


class OptimizerMaker(Protocol):
    """What turns gradients into steps. Everything it must remember lies in the optimiser's state, as tensors or numbers."""

    package: str
    """The library that it needs beside torch, or nothing."""
    moment_bytes: int
    """What it keeps of each trained weight, in bytes."""

    def make(self, groups: list[dict[str, Any]], learning_rate: float, settings: Any) -> Optimizer:
        """Give a torch optimiser for groups of parameters (each with its weight_decay); `settings` is the `train` section."""
        ...


class Form(Protocol):
    """A way in which people write the rows of a task: which columns it has, and how they become the task's own."""

    def fits(self, rows: Rows) -> bool:
        """Say whether rows look as if they were written in this form (by columns and types alone)."""
        ...

    def shape(self, rows: Rows, where: str) -> tuple[Rows, Counts, str]:
        """Give rows with the columns that the task's objective reads, beside those that were there; what became of the
        rows; and which columns were read as what, in words.

        Raises: UserError naming the rows (`row_id`) that do not keep to the form.
        """
        ...


class Metric(Protocol):
    """A score of answers, as sums over groups, so that it has an interval and a change."""

    reads: ClassVar[Kind]
    """Which answers it is for."""

    def sums(self, answers: Any) -> list[GroupSums]:
        """Give the score (or several of a kind: precision, recall, F1) of answers of the kind `reads`."""
        ...


class Floor(Protocol):
    """Knows how well a made-up data set can be predicted at all."""

    def bits(self, text: str, hidden: Sequence[tuple[int, int]]) -> npt.NDArray[np.float64]:
        """Give -log2 of the exact posterior of each hidden value given what stays visible; NaN for what is no value."""
        ...


__all__ = ["Adapter", "Arm", "Batching", "Floor", "Form", "Join", "Masking", "Metric", "Objective", "OptimizerMaker", "Reads", "Schedule",
           "Scored", "Source", "Step", "WritesFiles"]  # fmt: skip
