"""How people write rows with entities, and the columns that `tag` makes of them.

`text`, `entities` (start and end in characters, end exclusive, and label), and where the data were words `word_spans`.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Sequence
from typing import Any, NamedTuple

import pyarrow as pa

from acclimate.core.errors import Fault, UserError
from acclimate.core.rows import ROW_ID, Counts, Rows, replace_column
from acclimate.core.tags import Scheme, in_known_form, runs, scheme_of
from acclimate.core.text import joined
from acclimate.objective.tag_cells import Entity, as_list, entities_of, tag_names, wrong_tag

ENTITIES, WORDS = "entities", "word_spans"
_ENTITIES = pa.list_(pa.struct([("start", pa.int32()), ("end", pa.int32()), ("label", pa.string())]))
_WORDS = pa.list_(pa.list_(pa.int32()))
_SHOWN = 5


class TagColumns(NamedTuple):
    """Which columns hold what. With `tokens` and `tags` the rows are words, else a text with spans."""

    text: str | None
    tokens: str | None
    tags: str | None
    entities: str | None


def shaped(rows: Rows, found: TagColumns, names: Sequence[str], where: str) -> tuple[Rows, Counts, str]:
    """Give rows with `text`, `entities` and `word_spans`.

    Takes: `names`, which integer tags count through. Raises: UserError naming rows that can't be read.
    """
    if found.tokens is not None and found.tags is not None:
        return _of_words(rows, found, names, where)
    texts = [text or "" for text in rows.column(found.text).to_pylist()]
    ids, faults, trimmed = _ids(rows), _Faults(where), 0
    entities = []
    for row, text, cell in zip(ids, texts, rows.column(found.entities).to_pylist(), strict=True):
        read, wrong = entities_of(cell, text)
        inside, moved = _inside(read, text)
        faults.add(row, wrong or _overlap_or_beyond(inside, text))
        entities.append(sorted(inside))
        trimmed += moved
    faults.stop("spans inside their text, with start, end (exclusive) and label, that do not overlap")
    made = replace_column(_with_text(rows, texts, found.text), ENTITIES, _entities(entities))
    values = {"white space taken off spans": trimmed} if trimmed else {}
    return made, Counts(rows.num_rows, rows.num_rows, values=values), f"{found.entities}: spans of {found.text}"


def _of_words(rows: Rows, found: TagColumns, names: Sequence[str], where: str) -> tuple[Rows, Counts, str]:
    kept, tokens, tags = _read(rows, found, names, where)
    tags, values = in_known_form(tags)
    scheme = scheme_of(tags)
    made, words = _located(kept, tokens, found.text, where)
    entities, mended = [], 0
    for some_tags, some_words in zip(tags, words, strict=True):
        some, count = runs(some_tags, scheme)
        entities.append([Entity(some_words[one.begin][0], some_words[one.end - 1][1], one.label) for one in some])
        mended += count
    made = replace_column(made, ENTITIES, _entities(entities))
    made = replace_column(made, WORDS, pa.array([[list(one) for one in some] for some in words], _WORDS))
    lost = rows.num_rows - kept.num_rows
    counts = Counts(rows.num_rows, kept.num_rows, {"no words": lost} if lost else {},
                    values=values | ({f"tags mended ({scheme})": mended} if mended else {}))  # fmt: skip
    return (
        made,
        counts,
        "; ".join([_said(found, scheme, mended), *(f"{one}: {count}" for one, count in values.items())]),
    )


def _said(found: TagColumns, scheme: Scheme, mended: int) -> str:
    told = f"words: {found.tokens}; tags: {found.tags}, read as {scheme}"
    return told + (f"; {mended} tags that don't keep to it mended" if mended else "")


def _read(
    rows: Rows, found: TagColumns, names: Sequence[str], where: str
) -> tuple[Rows, list[list[str]], list[list[str]]]:
    """Give the rows that have words, with their words and tags. Raises: UserError naming those that don't fit."""
    faults = _Faults(where)
    kept, all_tokens, all_tags = [], [], []
    cells = (rows.column(name).to_pylist() for name in (found.tokens, found.tags))
    for row, token_cell, tag_cell in zip(_ids(rows), *cells, strict=True):
        try:
            tokens, given = words_of(token_cell), as_list(tag_cell)
        except ValueError as error:
            faults.add(row, str(error))
            continue
        tags = tag_names(given, names)
        unnamed = [number for number, tag in enumerate(tags, 1) if tag is None]
        if len(tags) != len(tokens):
            faults.add(row, f"{len(tags)} tags for {len(tokens)} words")
        elif "" in tokens:
            faults.add(row, f"word {tokens.index('') + 1} is empty")
        elif unnamed:
            faults.add(row, wrong_tag(given[unnamed[0] - 1], unnamed[0]))
        kept.append(bool(tokens))
        if tokens:
            all_tokens.append(tokens)
            all_tags.append([tag or "" for tag in tags])
    faults.stop("one tag a word; integer tags with their names in objective.labels")
    return rows.filter(pa.array(kept, pa.bool_())), all_tokens, all_tags


def words_of(cell: Any) -> list[str]:
    """Give the words of a cell. Raises: ValueError if it is a list as text that can't be read."""
    return [str(word).strip() if word is not None else "" for word in as_list(cell)]


def with_joined(rows: Rows, tokens: str) -> Rows:
    """Give rows of words with `text`, which is made of them."""
    return _with_text(rows, [_joined(cell) for cell in rows.column(tokens).to_pylist()], None)


def _joined(cell: Any) -> str:
    try:
        return joined(words_of(cell))
    except ValueError:  # named with its row when the words are read
        return str(cell)


def with_words(rows: Rows, tokens: str, text: str | None, where: str) -> Rows:
    """Give rows of words without tags with `text` and `word_spans`."""
    faults, words = _Faults(where), []
    for row, cell in zip(_ids(rows), rows.column(tokens).to_pylist(), strict=True):
        try:
            words.append([word for word in words_of(cell) if word])
        except ValueError as error:
            faults.add(row, str(error))
    faults.stop("words, or a list of them as JSON")
    made, spans = _located(rows, words, text, where)
    return replace_column(made, WORDS, pa.array([[list(one) for one in some] for some in spans], _WORDS))


def _located(
    rows: Rows, tokens: Sequence[Sequence[str]], text: str | None, where: str
) -> tuple[Rows, list[list[tuple[int, int]]]]:
    """Find the words in their text; without one they are joined.

    Raises: UserError where a text is not made of its words: a step has rewritten it, and joining the words would undo that.
    """
    given = [None] * rows.num_rows if text is None else rows.column(text).to_pylist()
    texts = [joined(some) if one is None else one for some, one in zip(tokens, given, strict=True)]
    faults, words = _Faults(where), []
    for row, some, one in zip(_ids(rows), tokens, texts, strict=True):
        places = _places(some, one)
        if places is None:
            faults.add(row, "the text is not made of the words beside it")
        words.append(places or [])
    faults.stop("a text that has the words in their order and nothing else", "leave out the column of the texts, or the "
                "step that rewrites them")  # fmt: skip
    return _with_text(rows, texts, text), words


def _places(tokens: Sequence[str], text: str) -> list[tuple[int, int]] | None:
    places, end = [], 0
    for token in tokens:
        while end < len(text) and text[end].isspace():
            end += 1
        fitting = next((one for one in (token, unicodedata.normalize("NFC", token)) if text.startswith(one, end)), None)
        if fitting is None:
            return None
        places.append((end, end + len(fitting)))
        end += len(fitting)
    return places if not text[end:].strip() else None


def _inside(entities: Sequence[Entity], text: str) -> tuple[list[Entity], int]:
    """Give entities without white space around them, and how many of them had some."""
    found = []
    for one in entities:
        start, end = one.start, one.end
        while 0 <= start < end <= len(text) and text[start].isspace():
            start += 1
        while 0 <= start < end <= len(text) and text[end - 1].isspace():
            end -= 1
        found.append(Entity(start, end, one.label))
    return found, sum(old != new for old, new in zip(entities, found, strict=True))


def _overlap_or_beyond(entities: Sequence[Entity], text: str) -> str:
    """Say what is wrong with spans of a text (nothing: an empty text)."""
    for one in entities:
        if not 0 <= one.start < one.end:
            return f"a span from {one.start} to {one.end} holds nothing"
        if one.end > len(text):
            return f"a span from {one.start} to {one.end} ends past the text's {len(text)} characters"
        if not one.label:
            return f"the span from {one.start} to {one.end} has no label"
    ordered = sorted(entities)
    for one, after in itertools.pairwise(ordered):
        if after.start < one.end:
            return f"spans {one.start}-{one.end} and {after.start}-{after.end} overlap"
    return ""


def _with_text(rows: Rows, texts: Sequence[str], column: str | None) -> Rows:
    same = column == "text" and not rows.column("text").null_count
    return rows if same else replace_column(rows, "text", pa.array(texts, pa.string()))


def _entities(entities: Sequence[Sequence[Entity]]) -> pa.Array:
    return pa.array([[one._asdict() for one in some] for some in entities], _ENTITIES)


def _ids(rows: Rows) -> list[str]:
    return [str(name) for name in rows.column(ROW_ID).to_pylist()]


class _Faults:
    """What is wrong with rows, told together; the first few of them named."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.found: list[str] = []

    def add(self, row: str, wrong: str) -> None:
        if wrong:
            self.found.append(f"{row}: {wrong}")

    def stop(self, allowed: str, do: str = "mend the rows") -> None:
        if self.found:
            more = f"; {len(self.found)} rows in all" if len(self.found) > _SHOWN else ""
            raise UserError(Fault(self.where, "; ".join(self.found[:_SHOWN]) + more, allowed, do))
