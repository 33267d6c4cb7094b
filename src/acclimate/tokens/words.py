"""New words of a domain: those that are listed, and those that the training rows show to be worth a token of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

from acclimate.compat.text_encoder import text_encoder
from acclimate.compat.tokenizers import entry_of, kind_of
from acclimate.core.errors import Fault, UserError
from acclimate.core.rows import GROUP, ROW_ID, Rows
from acclimate.tokens.cutter import records

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

FEWEST_GROUPS = 10
_WORD = re.compile(r"(?=.*[^\W\d_])[^\W_]+(?:-[^\W_]+)*")
_SPACES = "Ġ▁"
_BYTE = re.compile(r"<0x[0-9A-F]{2}>")


def listed_words(tokenizer: PreTrainedTokenizerFast, words: Sequence[str], where: str) -> list[str]:
    """Give the vocabulary entries of words that a recipe lists.

    Raises: UserError naming those that the tokenizer never sees as one word (with a blank or a mark inside).
    """
    entries = {word: entry_of(tokenizer, word) for word in words}
    cut = [word for word, entry in entries.items() if entry is None]
    if cut:
        shown = ", ".join(map(repr, cut[:5])) + (", ..." if len(cut) > 5 else "")
        do = "leave them out, or name them in additional_special_tokens, which takes any text but is never hidden"
        raise UserError(Fault(where, f"this tokenizer cuts {shown} before it looks for words", "single words", do))
    return [entry for entry in entries.values() if entry is not None]


@dataclass
class _Found:
    """A word that is more than one token: how often it stands in the rows, its tokens, some groups that have it."""

    pieces: int
    count: int = 0
    groups: set[str] = field(default_factory=set)


def mined_words(rows: Rows, tokenizer: PreTrainedTokenizerFast, in_text: Sequence[str], count: int) -> list[str]:
    """Give the vocabulary entries of up to `count` words of training rows, the most tokens saved first.

    Tokens saved = how often the word stands there x (its tokens - 1). Only whole pre-tokens of letters, digits and
    hyphens with at least one letter, and (but for WordPiece, which makes no difference) a space before them; only words
    that occur in at least 10 groups (promise 23: no one's name or number ends up in a tokenizer). `in_text` as in
    `text_encoder`.
    """
    known, spaced = tokenizer.get_vocab(), kind_of(tokenizer) != "WordPiece"
    found: dict[str, _Found] = {}
    for group, text, encoding in _encodings(rows, tokenizer, in_text):
        for entry, pieces in _split_words(text, encoding):
            if spaced and entry[0] not in _SPACES:
                continue
            word = found.setdefault(entry, _Found(pieces))
            word.count += 1
            if len(word.groups) < FEWEST_GROUPS:
                word.groups.add(group)
    frequent = {
        entry: word for entry, word in found.items() if len(word.groups) >= FEWEST_GROUPS and entry not in known
    }
    ranked = sorted(frequent, key=lambda entry: (-frequent[entry].count * (frequent[entry].pieces - 1), entry))
    return ranked[:count]


def count_tokens(rows: Rows, tokenizer: PreTrainedTokenizerFast, in_text: Sequence[str]) -> int:
    """Give how many tokens the texts of `rows` are."""
    return sum(len(encoding) for _, _, encoding in _encodings(rows, tokenizer, in_text))


def _encodings(
    rows: Rows, tokenizer: PreTrainedTokenizerFast, in_text: Sequence[str]
) -> Iterator[tuple[str, str, Any]]:
    """Give group, text and tokens of each row."""
    backend = text_encoder(tokenizer, in_text, add_end=False).backend
    groups = rows.column(GROUP if GROUP in rows.column_names else ROW_ID).to_pylist()
    for first, chunk in records(rows):
        texts = [record.text for record in chunk]
        encodings = backend.encode_batch(texts, add_special_tokens=False)
        yield from zip(map(str, groups[first : first + len(texts)]), texts, encodings, strict=True)


def _split_words(text: str, encoding: Any) -> Iterator[tuple[str, int]]:
    """Give the words of a text that are more than one token: each as a vocabulary entry, with the number of its tokens."""
    tokens, offsets = encoding.tokens, encoding.offsets
    for _, run in groupby(range(len(tokens)), key=encoding.word_ids.__getitem__):
        places = list(run)
        if len(places) < 2:
            continue
        word = text[offsets[places[0]][0] : offsets[places[-1]][1]].removeprefix(" ")
        parts = [tokens[place] for place in places]
        if _WORD.fullmatch(word) and not any(map(_BYTE.fullmatch, parts)):
            yield parts[0] + "".join(part.removeprefix("##") for part in parts[1:]), len(parts)
