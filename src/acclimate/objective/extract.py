"""Answers that stand in a text: where they begin and where they end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from acclimate.core.errors import Fault, UserError
from acclimate.core.examples import Document, Examples, Flat, Supervised
from acclimate.core.labels import Labels
from acclimate.core.method import Method, option
from acclimate.core.rows import ROLE, Counts, Rows, with_copies, with_read, without
from acclimate.objective.extract_rows import ANSWERS, CONTEXT, Asked, columns_of, need_columns, shaped, with_texts
from acclimate.objective.losses import place_loss

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedTokenizerFast

_START, _END = 1, 2


class Extract(Method):
    """Find the answer to a question in a context: loss = (-ln softmax(s)_start - ln softmax(e)_end) / 2 over the tokens of a
    window, averaged over windows.

    Takes: SQuAD's columns: `question`, `context`, `answers` (text and answer_start, or a list of such or of texts), or
    `answer` with `answer_start`. Without an answer a question is unanswerable.

    Gives: windows that begin with the question; a long context is cut, with `tokens.stride` tokens in both of two
    neighbours. A window learns the first answer if it holds all of it, else that there is none: start and end at its first
    token.

    Options: which columns; how long an answer may be (`max_answer_length`); whether "no answer" is one (`unanswerable`).

    When to use: answers that are copied to the letter. For answers in words of their own use `sft`.

    Source: Devlin et al. 2019 (arXiv 1810.04805), 4.2 and 4.3.

    Raises: UserError for an answer that is not in its context or not near its answer_start, or that no window holds whole; an
    empty question or context; training rows without any answer.
    """

    head: ClassVar[str] = "extract"
    primary: ClassVar[str] = "token_f1"
    accuracy: ClassVar[str] = ""
    columns: ClassVar[Sequence[str]] = (CONTEXT, ANSWERS)
    too_long: ClassVar[str] = "windows"

    question_column: str | None = option(None, "column of the question (default: question or query)")
    context_column: str | None = option(None, "column of the context (default: context, passage or paragraph)")
    answers_column: str | None = option(None, "column of the answers (default: answers or answer)")
    max_answer_length: int = option(30, "longest answer that is given", unit="tokens", ge=1)
    unanswerable: bool | None = option(
        None, "whether to say nothing is an answer (default: if a training row has no answer)"
    )

    @property
    def label_set(self) -> Labels | None:
        return Labels("one", ("LABEL_0", "LABEL_1"))  # start and end, as transformers calls two outputs without names

    @property
    def limits(self) -> tuple[int, bool]:
        """Give how many tokens an answer has at most, and whether there may be none."""
        return self.max_answer_length, bool(self.unanswerable)

    def check(self, tokenizer: PreTrainedTokenizerFast, where: str) -> None:
        """Any tokenizer will do."""

    @property
    def _asked(self) -> Asked:
        return Asked(self.question_column, self.context_column, self.answers_column)

    def given(self, rows: Rows) -> tuple[Rows, Mapping[str, str]]:
        found = columns_of(rows, self._asked)
        return with_copies(rows, {"text": found.question, CONTEXT: found.context}, [found.answers])

    def shape(self, rows: Rows, where: str) -> tuple[Rows, Counts, str]:
        found = need_columns(rows, self._asked, where)
        made, counts, said = shaped(rows, found, where)
        return with_read(made, {"question_column": found.question, "context_column": found.context}), counts, said

    def asked(self, rows: Rows, where: str) -> Rows:
        return without(with_texts(rows, need_columns(rows, self._asked, where, answers=False)), [ANSWERS])

    def settled(self, rows: Rows, where: str) -> Extract:
        roles, answers = rows.column(ROLE).to_pylist(), rows.column(ANSWERS).to_pylist()
        learnt = [bool(some) for role, some in zip(roles, answers, strict=True) if role == "train"]
        if not any(learnt):
            raise UserError(
                Fault(where, "no training row has an answer", "rows with answers", "look at the column of the answers")
            )
        return self if self.unanswerable is not None else self.model_copy(update={"unanswerable": not all(learnt)})

    def answer(self, row: Mapping[str, Any]) -> npt.NDArray[np.float32]:
        """Say nothing of whole windows."""
        return np.zeros(0, dtype=np.float32)

    def units(self, document: Document, tokenizer: PreTrainedTokenizerFast) -> npt.NDArray[np.int32]:
        """Mark the token at which the answer starts (1) and the one at which it ends (2): both the first, if there is none here."""
        units_T = np.zeros(len(document.ids_T), dtype=np.int32)
        start, end = self._places(document) or (0, 0)
        units_T[start] += _START
        units_T[end] += _END
        return units_T

    def _places(self, document: Document) -> tuple[int, int] | None:
        """Give the first and last token of the answer, if all of it is here."""
        answers = document.row.get(ANSWERS) or []
        text_T = np.flatnonzero(document.starts_T < document.ends_T)
        if not answers or not len(text_T):
            return None
        begin, end = answers[0]["start"], answers[0]["start"] + len(answers[0]["text"])
        starts_T, ends_T = document.starts_T[text_T], document.ends_T[text_T]
        if begin < starts_T[0] or end > ends_T.max():
            return None
        touches_T = np.flatnonzero((starts_T < end) & (ends_T > begin))
        return (int(text_T[touches_T[0]]), int(text_T[touches_T[-1]])) if len(touches_T) else None

    def holds(self, row: Mapping[str, Any], units: Sequence[npt.NDArray[np.int32]]) -> bool:
        """Say whether a window holds the answer, if there is one: else all would learn that there is none."""
        return not row.get(ANSWERS) or any(units_T[0] != _START + _END for units_T in units)

    def notes(self, examples: Examples, tokenizer: PreTrainedTokenizerFast) -> list[str]:
        """Tell how many windows hold their answer."""
        first_N = examples.units_T[examples.offsets_N1[:-1]]
        held = int((first_N != _START + _END).sum())
        return [f"{held:,} of {len(first_N):,} windows hold their answer; the others learn that there is none"]

    def supervise(self, documents: Flat, tokenizer: PreTrainedTokenizerFast, epoch: int, seed: int) -> Supervised:
        """Give each token's document, and 1 where its answer starts and where it ends: labels [L, 3]."""
        units_T = documents.units_T
        document_T = np.repeat(np.arange(len(documents.offsets_N1) - 1), np.diff(documents.offsets_N1))
        labels_T3 = np.stack([document_T, (units_T & _START) > 0, (units_T & _END) > 0], axis=1).astype(np.int64)
        positions_T = np.arange(len(units_T), dtype=np.int64)
        return Supervised(documents.ids_T, documents.offsets_N1, positions_T, labels_T3, documents.second_N)

    def loss(self, logits_LV: Tensor, labels_L: Tensor) -> Tensor:
        if not len(labels_L):
            return logits_LV.sum() * 0.0
        document_L = labels_L[:, 0]
        ends = [place_loss(logits_LV[:, side], document_L, labels_L[:, side + 1]) for side in (0, 1)]
        return (ends[0] + ends[1]) / 2

    def weight(self, labels_L: npt.NDArray[Any]) -> float:
        """Give the number of windows: each has one start."""
        return float(labels_L[:, 1].sum()) if len(labels_L) else 0.0
