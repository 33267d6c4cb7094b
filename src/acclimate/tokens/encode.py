"""Rows -> examples: each text tokenised, cut into windows, and asked of the objective what is to be learnt."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from acclimate.compat.text_encoder import text_encoder
from acclimate.compat.written_encoder import WrittenEncoder
from acclimate.core.artifact import read_json, write_json
from acclimate.core.errors import Fault, UserError
from acclimate.core.examples import Examples
from acclimate.core.protocols import Objective
from acclimate.core.rendered import Writes
from acclimate.core.rows import Counts, Rows, need_columns, need_text
from acclimate.core.seeds import hash64
from acclimate.core.tasks import Task, Whole
from acclimate.core.text import word_spans
from acclimate.tokens.blocks import cut_into_blocks
from acclimate.tokens.cutter import Cutter, Made, Record, records
from acclimate.tokens.pairs import PairCutter
from acclimate.tokens.section import Tokens
from acclimate.tokens.written import WrittenCutter

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast


@dataclass
class Statistics:
    """What was made of the rows.

    `tokens` counts all tokens of all windows, `text_tokens` those of the rows' texts once, `words` the words of the texts.
    `unlearnt_windows` were left out because nothing in them could be learnt (their row has others). `long_headers` counts
    records whose header fills over half a window, so that it is not repeated. `text_tokens_before` is what `text_tokens` was
    without new words (0 if there are none).
    """

    documents: int = 0
    tokens: int = 0
    longest: int = 0
    text_tokens: int = 0
    words: int = 0
    unlearnt_windows: int = 0
    long_headers: int = 0
    text_tokens_before: int = 0

    @property
    def tokens_per_word(self) -> float:
        """How many tokens the tokenizer needs a word (the fewer the better it knows the domain)."""
        return self.text_tokens / max(self.words, 1)

    @property
    def tokens_per_word_before(self) -> float:
        """The same without new words."""
        return (self.text_tokens_before or self.text_tokens) / max(self.words, 1)


@dataclass(frozen=True)
class Encoded:
    """Examples, and how they came about."""

    examples: Examples
    counts: Counts
    statistics: Statistics

    def save(self, folder: Path) -> None:
        """Write everything into `folder`, which must exist."""
        self.examples.save(folder)
        write_json(folder / "encoded.json", {"counts": asdict(self.counts), "statistics": asdict(self.statistics)})

    @classmethod
    def load(cls, folder: Path) -> Encoded:
        """Read what `save` wrote; the arrays are mapped, not read."""
        about = read_json(folder / "encoded.json")
        return cls(Examples.load(folder), Counts(**about["counts"]), Statistics(**about["statistics"]))


def encode(
    rows: Rows,
    tokenizer: PreTrainedTokenizerFast,
    objective: Objective,
    tokens: Tokens,
    longest: int,
    where: str,
    *,
    places: bool = False,
) -> Encoded:
    """Make examples of the rows of one role.

    Takes: `rows` with `text`, and of tagged records `header_chars` (characters of the header) and `cuts` (where in the text
    a window may begin); a tokenizer that already has the new tokens; `longest`, what the model takes, in tokens; `where`,
    the recipe place, for messages; `places`, to keep each token's characters. Every token of a text stands in exactly one
    window that learns it; windows after the first begin with a repeated header or stride. What the tokenizer adds to one
    sequence is added to each window; for a causal objective the end is added to the last window of a row only. With
    `batch: concat` windows are blocks that texts fill end to end.
    Raises: UserError naming rows in which nothing can be learnt, or whose answer no window holds whole, unless these are to
    be dropped. (With `places` rows are only to be answered, and stay.)
    """
    need_columns(rows, ["text"], where)
    need_text(rows, ["text"], where)
    if isinstance(objective, Writes):
        return _conversations(rows, tokenizer, objective, tokens, longest, where)
    task = objective if isinstance(objective, Task) else None
    encoder = text_encoder(tokenizer, tokens.new_tokens(rows, where), add_end=objective.head == "causal")
    added = len(encoder.prefix) + len(encoder.suffix)
    length = tokens.length(longest, where)
    room = np.iinfo(np.int32).max if tokens.joins else length - added
    if room <= tokens.stride:
        found = f"{tokens.stride} tokens, where {room} are left beside the {added} that the tokenizer adds"
        raise UserError(Fault(f"{where}.stride", found, f"below {room}", "lower stride or raise max_length"))
    long = task.too_long if task is not None else "windows"
    cutter = Cutter(encoder, room, tokens.stride, objective.head == "causal", long)
    pairs = PairCutter(encoder, length, tokens.stride, long, where)
    collector = _Collector(objective, tokenizer, places=places)
    for first, chunk in records(rows, task.columns if task is not None else ()):
        texts = encoder.pieces([record.text for record in chunk])
        seconds = encoder.pieces([record.second or "" for record in chunk])
        for number, (record, pieces, more) in enumerate(zip(chunk, texts, seconds, strict=True)):
            made = cutter.made(record, pieces) if record.second is None else pairs.made(record, pieces, more)
            collector.add(first + number, record, made, len(pieces.ids_T) + len(more.ids_T))
        collector.settle()
    encoded = collector.finish(rows.num_rows, tokens.unlabelled, where)
    return _in_blocks(encoded, length, objective.head == "causal", where) if tokens.joins else encoded


def _conversations(
    rows: Rows, tokenizer: PreTrainedTokenizerFast, objective: Any, tokens: Tokens, longest: int, where: str
) -> Encoded:
    """Make a document of each conversation."""
    if tokens.joins:
        allowed = "padding_free or pad"
        raise UserError(
            Fault(f"{where}.batch", "concat would cut answers in two", allowed, "leave batch out, or use clm")
        )
    in_text = tokens.new_tokens(rows, where)
    cutter = WrittenCutter(
        tokenizer,
        WrittenEncoder(tokenizer, frozenset(in_text)),
        objective.writer(tokenizer, where),
        text_encoder(tokenizer, in_text, add_end=False).special_V,
        tokens.length(longest, where),
        objective.too_long,
    )
    collector = _Collector(objective, tokenizer)
    for first, chunk in records(rows, objective.columns):
        for number, (record, made, count) in enumerate(cutter.chunk(chunk)):
            collector.add(first + number, record, made, count)
        collector.settle()
    cutter.finish(where)
    return collector.finish(rows.num_rows, tokens.unlabelled, where)


_KINDS = {"ids_T": np.int32, "units_T": np.int32, "lengths_N": np.int64, "row_N": np.int32, "key_N": np.uint64,
          "second_N": np.int32}  # fmt: skip


class _Collector:
    """Gathers documents row by row; keeps arrays of whole chunks, never lists of ids."""

    def __init__(self, objective: Objective, tokenizer: PreTrainedTokenizerFast, *, places: bool = False) -> None:
        self.objective = objective
        self.task = objective if isinstance(objective, Task) else None
        self.labels: list[npt.NDArray[np.float32]] = []
        self.characters: list[npt.NDArray[np.int32]] | None = [np.empty((0, 2), np.int32)] if places else None
        self.cut = 0
        self.tokenizer = tokenizer
        self.statistics = Statistics()
        self.unlabelled: list[str] = []
        self.cut_away: list[str] = []
        self.lost: Counter[str] = Counter()
        self.arrays: dict[str, list[npt.NDArray[Any]]] = {name: [np.empty(0, kind)] for name, kind in _KINDS.items()}
        self.waiting: list[tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], int, int, int]] = []

    def add(self, row: int, record: Record, made: Made, tokens: int) -> None:
        """Take one row, whose texts have `tokens`: its documents in which something can be learnt."""
        if made.lost:
            self.lost[made.lost] += 1
            return
        learnt = 0
        labels_K = self.task.answer(record.row) if self.task is not None else _NOTHING
        units = [self.objective.units(document, self.tokenizer) for document in made.documents]
        if (
            self.characters is None
            and isinstance(self.objective, Whole)
            and not self.objective.holds(record.row, units)
        ):
            self.cut_away.append(record.row_id)
            self.lost[_CUT_AWAY] += 1
            return
        for number, (document, units_T) in enumerate(zip(made.documents, units, strict=True)):
            if (units_T > 0 if self.objective.head == "causal" else units_T >= 0).any():
                key = hash64(record.row_id, number)
                self.waiting.append((document.ids_T, units_T, row, key, document.second))
                self.labels.append(labels_K)
                if self.characters is not None:
                    self.characters.append(np.stack([document.starts_T, document.ends_T], axis=1))
                learnt += 1
        self.statistics.text_tokens += tokens
        self.statistics.words += len(word_spans(record.text)) + len(word_spans(record.second or ""))
        self.statistics.long_headers += made.long_header
        self.cut += made.cut
        if learnt:
            self.statistics.unlearnt_windows += len(made.documents) - learnt
        else:
            self.unlabelled.append(record.row_id)

    def settle(self) -> None:
        """Join what is waiting."""
        if not self.waiting:
            return
        ids, units, rows, keys, seconds = zip(*self.waiting, strict=True)
        joined = (np.concatenate(ids), np.concatenate(units), [len(one) for one in ids], rows, keys, seconds)
        for (name, kind), values in zip(_KINDS.items(), joined, strict=True):
            self.arrays[name].append(np.asarray(values, dtype=kind))
        self.waiting = []

    def finish(self, rows_in: int, unlabelled: str, where: str) -> Encoded:
        """Give the examples, or raise for rows in which nothing can be learnt."""
        if self.unlabelled and unlabelled == "error":
            raise _nothing_to_learn(self.unlabelled, where)
        if self.cut_away and unlabelled == "error":
            raise _cut_in_two(self.cut_away, where)
        whole = {name: np.concatenate(arrays) for name, arrays in self.arrays.items()}
        offsets_N1 = np.concatenate([[0], np.cumsum(whole["lengths_N"])])
        labels_NK = np.stack(self.labels) if self.labels and len(self.labels[0]) else None
        second_N = whole["second_N"] if whole["second_N"].any() else None
        characters_T2 = np.concatenate(self.characters) if self.characters is not None else None
        examples = Examples(
            whole["ids_T"],
            whole["units_T"],
            offsets_N1,
            whole["row_N"],
            whole["key_N"],
            labels_NK,
            second_N,
            characters_T2,
        )
        self.statistics.documents = len(examples)
        self.statistics.tokens = len(examples.ids_T)
        self.statistics.longest = int(examples.lengths_N.max(initial=0))
        dropped = dict(self.lost) | ({"no label": len(self.unlabelled)} if self.unlabelled else {})
        lost = sum(dropped.values())
        cut = {f"text cut ({self.task.too_long})": self.cut} if self.cut and self.task is not None else {}
        counts = Counts(rows_in, len(examples), dropped, added=len(examples) - rows_in + lost, values=cut)
        return Encoded(examples, counts, self.statistics)


def _in_blocks(texts: Encoded, length: int, causal: bool, where: str) -> Encoded:
    """Give blocks of texts that are a window each. Texts beside others in a block count as merged into them."""
    blocks = cut_into_blocks(texts.examples, length, causal=causal, where=f"{where}.batch")
    count, placed = len(blocks.examples), len(texts.examples) - blocks.left_texts
    counts = replace(
        texts.counts,
        rows_out=count,
        removed={_LEFT: blocks.left_texts} if blocks.left_texts else {},
        merged=max(placed - count, 0),
        added=max(count - placed, 0),
        values={f"tokens {_LEFT}": blocks.left_tokens} if blocks.left_tokens else {},
    )
    made = {"documents": count, "tokens": count * length, "longest": length, "unlearnt_windows": blocks.unlearnt}
    return Encoded(blocks.examples, counts, replace(texts.statistics, **made))


_NOTHING = np.zeros(0, dtype=np.float32)
_CUT_AWAY = "answer cut away"
_LEFT = "behind the last whole block"


def _nothing_to_learn(row_ids: list[str], where: str) -> UserError:
    shown = ", ".join(row_ids[:5]) + (", ..." if len(row_ids) > 5 else "")
    found = f"nothing can be learnt in {len(row_ids)} rows: {shown}"
    allowed = "rows with at least one token that can be hidden or predicted"
    do = "remove these rows (prepare: clean), or set tokens.unlabelled: drop to have them counted and left out"
    return UserError(Fault(where, found, allowed, do))


def _cut_in_two(row_ids: list[str], where: str) -> UserError:
    shown = ", ".join(row_ids[:5]) + (", ..." if len(row_ids) > 5 else "")
    found = f"no window holds the whole answer in {len(row_ids)} rows: {shown}"
    do = "raise tokens.stride to the longest answer, or max_length, or set tokens.unlabelled: drop to leave these rows out"
    return UserError(Fault(f"{where}.max_length", found, "an answer that stands whole in one window", do))
