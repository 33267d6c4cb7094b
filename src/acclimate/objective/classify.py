"""Classification of whole texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field, field_validator

from acclimate.core.examples import Document, Examples, Flat, Supervised
from acclimate.core.labels import Labels, Name
from acclimate.core.method import Method, option
from acclimate.core.rows import ROLE, Counts, Rows, with_copies, with_read
from acclimate.objective.class_cells import spaced
from acclimate.objective.class_labels import (
    balanced,
    doubtful,
    f1,
    need_balanced,
    need_learnable,
    need_unweighted,
    need_weighable,
    sorted_labels,
    untaught,
)
from acclimate.objective.class_rows import LABELS, PAIR, SCORE, ClassColumns, asked, find_columns, shaped

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedTokenizerFast


class Classify(Method):
    """Say which label a text (or a pair of texts) has.

    One label: loss = -ln softmax(z)_label; several: the sum over labels of binary cross-entropies of sigmoid(z), divided
    by their number; a score: (z - score)^2. Averaged over documents, by `class_weights` where they are given; of several
    labels these weigh the texts that have the label, as torch's pos_weight.

    Takes: rows with a text and a label: a name, a number, a list of names, or a column of 0 and 1 for each label.

    Gives: one answer a document; the label set is that of the training rows unless `labels` gives it.

    Options: which columns (`text_column`, `text_pair_column`, `label_column`; recognised by their usual names), what is
    answered (`kind`), the label set (`labels`), how labels weigh (`class_weights`) or how often they are seen (`sampler`), and
    what is done with texts longer than a window (`long`).

    When to use: sentiment, topics, triage, codes. A label of single words is `tag`'s, an answer found in a text
    `extract`'s.

    Source: Devlin et al. 2019 (arXiv 1810.04805), 4.1; weights: King & Zeng 2001, as scikit-learn's "balanced".

    Raises: UserError for rows without a text or a label, a label that training has not seen, one label only, numbers with
    a fraction where labels are meant, or weights of labels where a score is learnt.
    """

    head: ClassVar[str] = "classify"
    columns: ClassVar[Sequence[str]] = (LABELS, SCORE, PAIR)

    text_column: str | None = option(None, "column of the text (default: text, or its other usual names)")
    text_pair_column: str | None = option(
        None, "column of a second text (default: text_pair, hypothesis, ... if there)"
    )
    label_column: str | tuple[str, ...] | None = option(
        None, "column of the label, or a list of columns that hold 0 or 1 (default: label, labels, ...)"
    )
    kind: Literal["one", "several", "score"] | None = option(
        None, "one label a text, several at once, or a number (default: by what rows have; never score)"
    )
    labels: tuple[Name, ...] = option(
        (), "the labels, in the order of the model's outputs (default: those of training)"
    )
    class_weights: Literal["balanced"] | dict[Name, Annotated[float, Field(gt=0, le=1e6)]] | None = option(
        None,
        "balanced: rare labels weigh more (rows / (labels x rows of the label); of several, rows without / rows with it); or a "
        "weight for each label",
        unit="times",
    )
    sampler: Literal["balanced"] | None = option(
        None, "balanced: an epoch sees each label equally often, rare ones several times (instead of class_weights)"
    )
    long: Literal["right", "left", "head_tail", "windows"] = option(
        "right",
        "of a text longer than a window, what is cut: its right or left, its middle, or nothing (windows, pooled)",
    )

    @field_validator("labels")
    @classmethod
    def _each_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        twice = [name for number, name in enumerate(value) if spaced(name) in map(spaced, value[:number])]
        if twice:
            raise ValueError(f"each label once: {twice[0]!r} stands there twice")
        return value

    @property
    def primary(self) -> str:
        """The score that decides."""
        return {"several": "micro_f1", "score": "mse"}.get(self.kind or "one", "accuracy")

    @property
    def too_long(self) -> str:
        """What is done with a text longer than a window."""
        return self.long

    @property
    def label_set(self) -> Labels | None:
        return Labels(self.kind or "one", self.labels) if self.labels else None

    def check(self, tokenizer: PreTrainedTokenizerFast, where: str) -> None:
        """Any tokenizer will do."""

    def _found(self, rows: Rows, where: str) -> ClassColumns:
        asked = (self.text_column, self.text_pair_column, self.label_column)
        return find_columns(rows, asked, self.kind, where)

    @property
    def accuracy(self) -> str:
        """Of one label a text; several at once, and scores, are hit in degrees."""
        return "accuracy" if self.kind == "one" else ""

    @property
    def rates(self) -> Sequence[str]:
        """One label: F1 where every label counts alike; several: of all their answers together."""
        return {"one": ("macro_f1",), "several": ("micro_f1",)}.get(self.kind or "", ())

    def rate(
        self, logits_LV: npt.NDArray[np.float32], labels_L: npt.NDArray[Any], document_L: npt.NDArray[np.int64]
    ) -> dict[str, float]:
        """Give them as scikit-learn's f1_score does; several labels are said from a probability of 0.5."""
        count = len(self.labels)
        if self.kind == "several":
            return {"micro_f1": f1((logits_LV > 0).reshape(-1, 1), labels_L.reshape(-1, 1) > 0)}
        return {"macro_f1": f1(np.eye(count)[logits_LV.argmax(-1)] > 0, np.eye(count)[labels_L] > 0)}

    def given(self, rows: Rows) -> tuple[Rows, Mapping[str, str]]:
        """Labels are read after the steps, which may take rows without one out."""
        labels = (self.label_column,) if isinstance(self.label_column, str) else self.label_column or ()
        return with_copies(rows, {"text": self.text_column, PAIR: self.text_pair_column}, labels)

    def shape(self, rows: Rows, where: str) -> tuple[Rows, Counts, str]:
        found = self._found(rows, where)
        made, counts, said = shaped(rows, found, self.labels, where)
        return with_read(made, {"text_column": found.text, "text_pair_column": found.pair}), counts, said

    def asked(self, rows: Rows, where: str) -> Rows:
        return asked(rows, self.text_column, self.text_pair_column, where)

    def settled(self, rows: Rows, where: str) -> Classify:
        kind: Any = "score" if SCORE in rows.column_names else self.kind or _kind(rows)
        if kind == "score":
            need_unweighted(self.class_weights, f"{where}.class_weights")
            need_balanced(self.sampler, weighted=self.class_weights is not None, kind=kind, where=f"{where}.sampler")
            return self.model_copy(update={"kind": kind, "labels": (_name(self.label_column),)})
        train = [role == "train" for role in rows.column(ROLE).to_pylist()]
        given = rows.column(LABELS).to_pylist()
        names = self.labels or sorted_labels(
            name for some, learnt in zip(given, train, strict=True) if learnt for name in some
        )
        need_learnable(rows, names, given=bool(self.labels), where=where)
        need_balanced(self.sampler, weighted=self.class_weights is not None, kind=kind, where=f"{where}.sampler")
        need_weighable(self.class_weights, names, f"{where}.class_weights")
        update: dict[str, Any] = {"kind": kind, "labels": tuple(names)}
        if self.class_weights == "balanced":
            learnt_rows = [some for some, learnt in zip(given, train, strict=True) if learnt]
            update["class_weights"] = balanced(learnt_rows, names, kind)
        return self.model_copy(update=update)

    def answer(self, row: Mapping[str, Any]) -> npt.NDArray[np.float32]:
        """Give the label's number; several: 1 or 0 for each label; the score."""
        if self.kind == "score":
            return np.array([row.get(SCORE, np.nan)], dtype=np.float32)
        given = row.get(LABELS) or []
        if self.kind == "several":
            return np.array([name in given for name in self.labels], dtype=np.float32)
        return np.array([self.labels.index(given[0]) if given and given[0] in self.labels else -1], dtype=np.float32)

    def classes(self, labels_NK: npt.NDArray[np.float32] | None) -> npt.NDArray[np.int64] | None:
        """Give the labels' numbers if they are to be seen equally often."""
        return None if self.sampler is None or labels_NK is None else np.asarray(labels_NK)[:, 0].astype(np.int64)

    def units(self, document: Document, tokenizer: PreTrainedTokenizerFast) -> npt.NDArray[np.int32]:
        """Mark one token of each document: the head answers once."""
        units_T = np.full(len(document.ids_T), -1, dtype=np.int32)
        units_T[:1] = 0
        return units_T

    def notes(self, examples: Examples, tokenizer: PreTrainedTokenizerFast) -> list[str]:
        """Tell the label set and what labels may mean, and which of them training rows have not."""
        if self.kind == "score" or self.label_set is None:
            return ["the model answers with a number (regression)"]
        names = ", ".join(self.labels[:12]) + (", ..." if len(self.labels) > 12 else "")
        weights = f"; weights {self.class_weights}" if isinstance(self.class_weights, dict) else ""
        balance = "; each is seen equally often (sampler: balanced)" if self.sampler else ""
        columns = self.label_column if isinstance(self.label_column, tuple) and len(self.label_column) > 1 else ()
        never = untaught(columns, self.labels, self._taught(examples.labels_NK))
        told = f"{len(self.labels)} labels: {names}{weights}{balance}; {self.label_set.said}"
        return [told, *never, *doubtful(self.labels)]

    def _taught(self, labels_NK: npt.NDArray[np.float32] | None) -> list[str]:
        """Give the labels that examples have."""
        if labels_NK is None:
            return []
        found = np.flatnonzero(labels_NK.any(axis=0)) if self.kind == "several" else np.unique(labels_NK[:, 0])
        return [self.labels[int(number)] for number in found if number >= 0]

    def supervise(self, documents: Flat, tokenizer: PreTrainedTokenizerFast, epoch: int, seed: int) -> Supervised:
        positions_L = np.flatnonzero(documents.units_T >= 0)
        labels_NK = np.asarray(documents.labels_NK)
        labels_L = labels_NK[:, 0].astype(np.int64) if self.kind == "one" else labels_NK
        return Supervised(documents.ids_T, documents.offsets_N1, positions_L, labels_L, documents.second_N)

    def loss(self, logits_LV: Tensor, labels_L: Tensor) -> Tensor:
        from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, mse_loss

        if self.kind == "score":
            return mse_loss(logits_LV, labels_L.float(), reduction="sum")
        weights_V = logits_LV.new_tensor(self._weights())
        if self.kind == "several":
            right_LV = labels_L.float()
            terms = binary_cross_entropy_with_logits(logits_LV, right_LV, reduction="sum", pos_weight=weights_V)
            return terms / len(weights_V)
        return cross_entropy(logits_LV, labels_L, weight=weights_V, reduction="sum")

    def weight(self, labels_L: npt.NDArray[Any]) -> float:
        if self.kind != "one":
            return float(len(labels_L))
        return float(np.asarray(self._weights())[labels_L].sum())

    def _weights(self) -> list[float]:
        given = self.class_weights if isinstance(self.class_weights, dict) else {}
        return [given.get(name, 1.0) for name in self.labels]


def _kind(rows: Rows) -> str:
    """Where a row has no label or more than one, several hold at once."""
    return "one" if all(len(some) == 1 for some in rows.column(LABELS).to_pylist()) else "several"


def _name(column: str | tuple[str, ...] | None) -> str:
    return column if isinstance(column, str) else SCORE
