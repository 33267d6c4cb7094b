"""What an objective can do beside core/protocols.py's Objective if it learns from labelled rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from acclimate.core.labels import Labels
from acclimate.core.rows import Counts, Rows


@runtime_checkable
class Task(Protocol):
    """An objective that learns from labelled rows: it knows how people write them, and which labels there are."""

    columns: Sequence[str]
    """The columns, beside `text`, that it reads of a shaped row."""
    too_long: str
    """What is done with a text longer than a window: windows, right, left (the side that is cut), head_tail, error."""

    def given(self, rows: Rows) -> tuple[Rows, Mapping[str, str]]:
        """Give rows as the steps of `prepare` read them: with `text` where it can be told by then, and the columns that are
        copies: name -> column. None is dropped.
        """
        ...

    def shape(self, rows: Rows, where: str) -> tuple[Rows, Counts, str]:
        """Give rows with `text` and the task's columns, what became of the rows, and how they were read, in a sentence.

        Raises: UserError if no form fits, or for rows that do not keep to it.
        """
        ...

    def asked(self, rows: Rows, where: str) -> Rows:
        """Give rows that nobody has labelled, with `text` and what else is read of a row to answer it.

        Raises: UserError naming the columns there are.
        """
        ...

    def settled(self, rows: Rows, where: str) -> Any:
        """Give the same objective with all that training rows decide (its label set). `rows` are shaped, of every role.

        Raises: UserError for labels that can't be learnt, or that training has not seen.
        """
        ...

    @property
    def label_set(self) -> Labels | None:
        """What the head answers (None: a language model's head needs none)."""
        ...

    def answer(self, row: Mapping[str, Any]) -> npt.NDArray[np.float32]:
        """Give what a row says of its whole document: `Examples.labels_NK`, [K] (empty: nothing)."""
        ...


@runtime_checkable
class Rated(Protocol):
    """A task that is rated on validation rows while it trains, beside the loss and how many labels are hit."""

    @property
    def rates(self) -> Sequence[str]:
        """The rates' names; of each, higher is better."""
        ...

    def rate(
        self, logits_LV: npt.NDArray[np.float32], labels_L: npt.NDArray[Any], document_L: npt.NDArray[np.int64]
    ) -> dict[str, float]:
        """Give each rate. Takes: answers and labels of all validation rows, and the number of the document of each."""
        ...


@runtime_checkable
class Balances(Protocol):
    """A task that may ask for its classes to be seen equally often."""

    def classes(self, labels_NK: npt.NDArray[np.float32] | None) -> npt.NDArray[np.int64] | None:
        """Give each document's class, whose shares of an epoch are to be equal; None: documents are seen once each."""
        ...


@runtime_checkable
class Whole(Protocol):
    """A task whose answer is lost where the windows of a long text cut it in two."""

    def holds(self, row: Mapping[str, Any], units: Sequence[npt.NDArray[np.int32]]) -> bool:
        """Say whether a row's answer stands whole in one of its windows. Takes: `units`, the units of each window."""
        ...
