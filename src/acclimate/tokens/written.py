"""From written-out conversations to documents: one each, of which only what the model has to write itself is learnt.

Legend of shapes: T tokens of one conversation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from acclimate.compat.text_encoder import Pieces
from acclimate.compat.written_encoder import WrittenEncoder
from acclimate.core.errors import Fault, UserError
from acclimate.core.examples import Document
from acclimate.core.rendered import Rendered, Stretches
from acclimate.tokens.cutter import Made, Record

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

LONGER = "longer than the window"
_SHOWN = 5


def learnt_tokens(pieces: Pieces, learnt: Stretches) -> npt.NDArray[np.bool_]:
    """Mark the tokens that are learnt: those that hold at least one character of what is.

    A token that stands across the border is learnt as a whole: without it the answer's first characters would never be.
    A token of no width is learnt where it stands inside.
    """
    mark_T = np.zeros(len(pieces.ids_T), dtype=np.bool_)
    for start, end in learnt:
        touches_T = (pieces.starts_T < end) & (pieces.ends_T > start)
        empty_T = (pieces.starts_T == pieces.ends_T) & (pieces.starts_T >= start) & (pieces.starts_T < end)
        mark_T |= touches_T | empty_T
    return mark_T


@dataclass(frozen=True)
class WrittenCutter:
    """Makes documents of conversations that have at most `length` tokens.

    `write` writes a row out; `special_V` marks special ids; `too_long` says what is done with a longer conversation: `left`
    cuts the prompt of the first learnt answer there (the beginning of sequence stays); `drop` leaves the row out; `error`,
    and a prompt that can't be cut enough, are told at the end, all rows together.
    """

    tokenizer: PreTrainedTokenizerFast
    encoder: WrittenEncoder
    write: Callable[[str, Mapping[str, Any]], Rendered]
    special_V: npt.NDArray[np.bool_]
    length: int
    too_long: str
    _longer: dict[bool, list[str]] = field(default_factory=lambda: {False: [], True: []})

    def chunk(self, records: Sequence[Record]) -> Iterator[tuple[Record, Made, int]]:
        """Give the documents of some rows, and how many tokens each row has."""
        written = [self.write(record.row_id, record.row) for record in records]
        for record, one, pieces in zip(records, written, self.encoder.pieces(written), strict=True):
            yield record, self._made(record, one, pieces), len(pieces.ids_T)

    def _made(self, record: Record, one: Rendered, pieces: Pieces) -> Made:
        learnt_T = learnt_tokens(pieces, one.learnt)
        if one.open_end and self.tokenizer.eos_token_id is not None:
            pieces, learnt_T = _ended(pieces, learnt_T, self.tokenizer.eos_token_id, len(one.text))
        count, first = len(pieces.ids_T), int(learnt_T.argmax()) if learnt_T.any() else len(learnt_T)
        if count <= self.length:
            return Made([self._document(record, one, pieces, learnt_T, np.arange(count))])
        begins = int(pieces.ids_T[0] == self.tokenizer.bos_token_id)
        excess = count - self.length
        if self.too_long == "left" and excess <= first - max(begins, 1):
            kept = np.r_[0:begins, begins + excess : count]
            return Made([self._document(record, one, pieces, learnt_T, kept)], cut=True)
        if self.too_long == "drop":
            return Made([], lost=LONGER)
        self._longer[first >= self.length].append(f"{record.row_id} ({count:,} tokens)")
        return Made([], lost=LONGER)

    def _document(
        self, record: Record, one: Rendered, pieces: Pieces, learnt_T: npt.NDArray[np.bool_], kept: npt.NDArray[Any]
    ) -> Document:
        ids_T, starts_T, ends_T = (array[kept] for array in (pieces.ids_T, pieces.starts_T, pieces.ends_T))
        return Document(one.text, ids_T, starts_T, ends_T, self.special_V[ids_T], ~learnt_T[kept], record.row)

    def finish(self, where: str) -> None:
        """Raise UserError for conversations that were too long, unless these are to be left out."""
        answers, prompts = self._longer[False], self._longer[True]
        faults = []
        if answers:
            do = "raise max_length, or set objective.too_long: left (cuts the prompt's beginning) or drop"
            if self.too_long == "left":
                do = "raise max_length, or set objective.too_long: drop"
            found = f"an answer would be cut away in {_named(answers)}"
            faults.append(Fault(f"{where}.max_length", found, f"at most {self.length:,} tokens", do))
        if prompts:
            do = "raise max_length, or set objective.too_long: left (cuts the prompt's beginning) or drop"
            found = f"the prompt alone is longer than the window in {_named(prompts)}"
            faults.append(Fault(f"{where}.max_length", found, f"at most {self.length:,} tokens", do))
        if faults:
            raise UserError(*faults)


def _named(rows: Sequence[str]) -> str:
    return f"{len(rows)} rows: {', '.join(rows[:_SHOWN])}" + (", ..." if len(rows) > _SHOWN else "")


def _ended(
    pieces: Pieces, learnt_T: npt.NDArray[np.bool_], end_id: int, length: int
) -> tuple[Pieces, npt.NDArray[np.bool_]]:
    """Add the end of sequence, which is learnt."""
    place = np.array([length], dtype=np.int32)
    ids_T = np.append(pieces.ids_T, np.int32(end_id))
    added = Pieces(ids_T, np.append(pieces.starts_T, place), np.append(pieces.ends_T, place))
    return added, np.append(learnt_T, np.True_)
