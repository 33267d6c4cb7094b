"""Entities in texts: which words are the name of what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from acclimate.core.examples import Document, Examples, Flat, Supervised
from acclimate.core.labels import Labels, Name
from acclimate.core.method import Method, option
from acclimate.core.rows import (
    OWN_COLUMNS,
    ROLE,
    Counts,
    Rows,
    need_text,
    replace_column,
    with_copies,
    with_places,
    with_read,
    without,
)
from acclimate.core.rows import need_columns as need
from acclimate.core.tags import OUTSIDE, entity_f1, in_known_form, parts, spans_of, stretches
from acclimate.core.text import Spans, unit_of_tokens, word_spans
from acclimate.objective.class_labels import need_weighable
from acclimate.objective.losses import weighted_token_loss
from acclimate.objective.tag_labels import (
    balanced,
    complete,
    found_columns,
    need_columns,
    need_known,
    tag_set,
    weighable,
)
from acclimate.objective.tag_rows import ENTITIES, WORDS, TagColumns, shaped, with_joined, with_words

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedTokenizerFast


class Tag(Method):
    """Say of each word (or token) whether it begins an entity, goes on with one, or is outside: loss = -ln softmax(z)_label,
    averaged over the tokens that are learnt.

    Takes: rows of words with tags (`tokens` with `tags`, `ner_tags` or `labels`; text, or integers with their names in
    `labels`) in BIO, IOB1, BIOES or BILOU; or a `text` with `entities` or `spans`: start, end (exclusive, in characters)
    and label of each, in a CSV file as JSON.

    Gives: one answer a token; the model's labels are BIO (O, B-X, I-X), those of the training rows unless `labels` gives
    them. Tags that don't keep to their scheme are mended and counted. Of a long text every token is learnt in exactly one
    window, and every entity is scored, also one that lies across a border.

    Options: which columns; the label set (`labels`); which pieces of a word are learnt (`align`): the first, as most word
    taggers do it, or all, so that a plain pipeline with aggregation_strategy="simple" finds whole entities. With `first`,
    a text that came without words is read in words (letters and digits, single marks), and an entity that begins or ends
    inside one is learnt as the whole word. How labels weigh (`class_weights`).

    When to use: names of diseases, drugs, people, parts of contracts. A label of a whole text is `classify`'s.

    Source: Ramshaw & Marcus 1995 (BIO); Devlin et al. 2019 (arXiv 1810.04805), 5.3 (first pieces).

    Raises: UserError for rows with more tags than words, spans that overlap or end past their text, empty words, a label
    that training has not seen, or no entity at all.
    """

    head: ClassVar[str] = "tag"
    primary: ClassVar[str] = "entity_f1"
    accuracy: ClassVar[str] = "token_accuracy"
    rates: ClassVar[Sequence[str]] = ("entity_f1",)
    columns: ClassVar[Sequence[str]] = (ENTITIES, WORDS)
    too_long: ClassVar[str] = "windows"

    text_column: str | None = option(None, "column of the text (default: text, or its other usual names)")
    tokens_column: str | None = option(None, "column of the words (default: tokens or words)")
    tags_column: str | None = option(None, "column of the words' tags (default: tags, ner_tags or labels)")
    entities_column: str | None = option(None, "column of the spans (default: entities or spans)")
    labels: tuple[str, ...] = option((), "tags (O, B-X, I-X, ...) in the order of integer tags (default: of training)")
    align: Literal["first", "all"] = option("all", "the pieces of a word that are learnt: its first, or all")
    class_weights: Literal["balanced"] | dict[Name, Annotated[float, Field(gt=0)]] | None = option(
        None,
        "how much tokens of an entity's label weigh, and those outside (O); balanced: rare ones more (characters / (labels x"
        " characters of the label), in training rows)",
        unit="times; 1 where nothing is said",
    )

    @property
    def label_set(self) -> Labels | None:
        return Labels("one", self.labels) if self.labels else None

    def check(self, tokenizer: PreTrainedTokenizerFast, where: str) -> None:
        """Any tokenizer will do."""

    @property
    def _asked(self) -> TagColumns:
        return TagColumns(self.text_column, self.tokens_column, self.tags_column, self.entities_column)

    def given(self, rows: Rows) -> tuple[Rows, Mapping[str, str]]:
        """Words are joined where they have no text. Of that text, and of one with spans, no character may change."""
        found = found_columns(rows, self._asked)
        if not complete(found) or not {*found} - {None} <= {*rows.column_names}:
            return rows, {}
        words = found.tokens is not None and found.tags is not None
        if words and found.text is None:
            return with_places(with_joined(rows, str(found.tokens)), ["text"]), {}
        made, copies = with_copies(rows, {"text": found.text}, found[1:])
        return made if words else with_places(made, ["text", *copies.values()]), copies

    def shape(self, rows: Rows, where: str) -> tuple[Rows, Counts, str]:
        found = need_columns(rows, self._asked, where)
        made, counts, said = shaped(rows, found, self.labels, where)
        words = found.tokens if found.tags is not None else None
        return with_read(made, {"text_column": found.text, "tokens_column": words}), counts, said

    def asked(self, rows: Rows, where: str) -> Rows:
        """Give rows without tags with `text`, of words with `word_spans`: of one column alone, the text."""
        found = found_columns(rows, self._asked)
        if found.tokens in rows.column_names:
            return without(with_words(rows, str(found.tokens), found.text, where), [ENTITIES])
        there = [name for name in rows.column_names if name not in OWN_COLUMNS]
        text = there[0] if len(there) == 1 and self.text_column is None else found.text or "text"
        need(rows, [text], where, "rename the column of the texts to it")
        need_text(rows, [text], where)
        return without(replace_column(rows, "text", rows.column(text)), self.columns)

    def settled(self, rows: Rows, where: str) -> Tag:
        ((given,), _) = in_known_form([self.labels])
        cells = zip(rows.column(ROLE).to_pylist(), rows.column(ENTITIES).to_pylist(), strict=True)
        names = tag_set((one["label"] for role, some in cells if role == "train" for one in some), given)
        need_known(rows, names, given=bool(self.labels), where=where)
        update: dict[str, Any] = {"labels": names}
        if self.class_weights == "balanced":
            update["class_weights"] = balanced(rows, names)
        else:
            need_weighable(self.class_weights, weighable(names), f"{where}.class_weights")
        return self.model_copy(update=update)

    def answer(self, row: Mapping[str, Any]) -> npt.NDArray[np.float32]:
        """Say nothing of whole texts."""
        return np.zeros(0, dtype=np.float32)

    def words(self, row: Mapping[str, Any], text: str) -> Spans | None:
        """Give the words that are tagged whole; None: tokens are."""
        if row.get(WORDS):
            return spans_of(row[WORDS])
        return word_spans(text) if self.align == "first" else None

    def units(self, document: Document, tokenizer: PreTrainedTokenizerFast) -> npt.NDArray[np.int32]:
        """Give the number of each token's label; -1 where nothing is learnt: added tokens, other pieces (`first`), what
        another window learns.
        """
        entities = document.row.get(ENTITIES) or []
        spans_E2 = spans_of((one["start"], one["end"]) for one in entities)
        before = len(document.before_B2)
        own_T2 = np.stack([document.starts_T, document.ends_T], axis=1)
        characters_T2 = np.concatenate([document.before_B2, own_T2])
        said_T2 = stretches(characters_T2, self.words(document.row, document.text))
        speaks_T = said_T2[:, 0] < said_T2[:, 1]
        entity_T = np.where(speaks_T, unit_of_tokens(spans_E2, *said_T2.T), unit_of_tokens(spans_E2, *characters_T2.T))
        begins_T = speaks_T & (entity_T >= 0)
        begins_T[speaks_T] &= np.diff(entity_T[speaks_T], prepend=-1) != 0
        speaks_T, entity_T, begins_T = speaks_T[before:], entity_T[before:], begins_T[before:]
        begin_E, inside_E = (
            np.array([self.labels.index(f"{mark}-{one['label']}") for one in entities], dtype=np.int32) for mark in "BI"
        )
        units_T = np.full(len(entity_T), self._outside, dtype=np.int32)
        units_T[entity_T >= 0] = inside_E[entity_T[entity_T >= 0]]
        units_T[begins_T] = begin_E[entity_T[begins_T]]
        learnt_T = speaks_T if self.align == "first" else document.starts_T < document.ends_T
        units_T[~learnt_T | document.repeated_T] = -1
        return units_T

    def notes(self, examples: Examples, tokenizer: PreTrainedTokenizerFast) -> list[str]:
        """Tell the label set, and how many tokens are entities'."""
        learnt_T = examples.units_T[examples.units_T >= 0]
        share = float((learnt_T != self._outside).mean()) if len(learnt_T) else 0.0
        types = list(dict.fromkeys(parts(name)[1] for name in self.labels if name != OUTSIDE))
        shown = ", ".join(types[:12]) + (", ..." if len(types) > 12 else "")
        kinds = "one kind" if len(types) == 1 else f"{len(types)} kinds"
        return [f"{kinds} of entities: {shown}; {share:.1%} of {len(learnt_T):,} learnt tokens are in one"]

    def supervise(self, documents: Flat, tokenizer: PreTrainedTokenizerFast, epoch: int, seed: int) -> Supervised:
        positions_L = np.flatnonzero(documents.units_T >= 0)
        labels_L = documents.units_T[positions_L].astype(np.int64)
        return Supervised(documents.ids_T, documents.offsets_N1, positions_L, labels_L)

    def loss(self, logits_LV: Tensor, labels_L: Tensor) -> Tensor:
        return weighted_token_loss(logits_LV, labels_L, self._weights())

    def weight(self, labels_L: npt.NDArray[Any]) -> float:
        weights = self._weights()
        return float(len(labels_L)) if weights is None else float(np.asarray(weights)[labels_L].sum())

    def rate(
        self, logits_LV: npt.NDArray[np.float32], labels_L: npt.NDArray[Any], document_L: npt.NDArray[np.int64]
    ) -> dict[str, float]:
        """Give F1 of the entities, window by window: one that lies across a border counts in its parts."""
        borders = np.flatnonzero(np.diff(document_L)) + 1
        names = np.array(self.labels, dtype=object)
        said, right = (np.split(names[some_L], borders) for some_L in (logits_LV.argmax(-1), labels_L))
        return {"entity_f1": entity_f1(map(list, said), map(list, right))}

    @property
    def _outside(self) -> int:
        return self.labels.index(OUTSIDE) if OUTSIDE in self.labels else 0

    def _weights(self) -> list[float] | None:
        if not isinstance(self.class_weights, dict):
            return None
        return [self.class_weights.get(parts(name)[1] or OUTSIDE, 1.0) for name in self.labels]
