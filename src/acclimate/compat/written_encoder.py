"""Written-out conversations into tokens: the template's special tokens are special, the same characters in a message are text.

The whole text is tokenised at once, as it is at inference, so that no border between template and message cuts a token in
two. For that the special tokens that the template wrote bear other names while they are encoded: names of characters that
Unicode has set aside for such uses, and that stand in none of the texts at hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from acclimate.compat.text_encoder import Ints, Pieces, backend_of, pieces_of, portions, special_names, special_pattern
from acclimate.core.errors import AcclimateError
from acclimate.core.rendered import Rendered, Stretches

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerFast

_RESERVED = [chr(number) for number in range(0xFDD1, 0xFDF0)]
_DIGITS = 16


@dataclass(frozen=True)
class WrittenEncoder:
    """A tokenizer's backend for conversations that a template wrote out. Nothing is added to them.

    `in_text` are special tokens that are meant wherever they stand, in messages too.
    """

    tokenizer: PreTrainedTokenizerFast
    in_text: frozenset[str] = frozenset()
    _backends: dict[str, tuple[Tokenizer, Mapping[str, str]]] = field(default_factory=dict)

    def pieces(self, written: Sequence[Rendered]) -> Iterator[Pieces]:
        """Tokenise each of `written`; places are characters of its text."""
        pattern = special_pattern(self.tokenizer)
        done = 0
        for some in portions([one.text for one in written]):
            backend, names = self._backend(some)
            marked = [_marked(one, pattern, names) for one in written[done : done + len(some)]]
            done += len(some)
            encodings = backend.encode_batch([text for text, _ in marked], add_special_tokens=False)
            for encoding, (_, stand_ins) in zip(encodings, marked, strict=True):
                yield _moved(pieces_of(encoding), stand_ins)

    def _backend(self, texts: Sequence[str]) -> tuple[Tokenizer, Mapping[str, str]]:
        """Give a backend, and by which names it finds special tokens; they begin with a character that no text has."""
        free = (one for one in _RESERVED[_DIGITS:] if not any(one in text for text in texts))
        first = next(free, None)
        if first is None:
            raise AcclimateError("a text holds every character that Unicode has set aside")
        if first not in self._backends:
            meant = [name for name in special_names(self.tokenizer) if name not in self.in_text]
            names = {name: f"{first}{_digits(number)}{first}" for number, name in enumerate(meant)}
            self._backends[first] = (_without_additions(backend_of(self.tokenizer, set(self.in_text), names)), names)
        return self._backends[first]


def _digits(number: int) -> str:
    return "".join(_RESERVED[int(digit, _DIGITS)] for digit in f"{number:x}")


def _without_additions(backend: Tokenizer) -> Tokenizer:
    """Take away what comes after tokenising: it adds tokens, and some (GPT-2's) leave blanks out of a token's place."""
    from tokenizers import Tokenizer

    spec = json.loads(backend.to_str())
    spec["post_processor"] = None
    bare = Tokenizer.from_str(json.dumps(spec))
    bare.encode_special_tokens = True
    return bare


def _marked(one: Rendered, pattern: Any, names: Mapping[str, str]) -> tuple[str, list[tuple[int, int, int]]]:
    """Give the text with the template's special tokens under their other names, and for each its start and end in the
    text, and how much longer than it the name is.
    """
    parts: list[str] = []
    found: list[tuple[int, int, int]] = []
    at = 0
    for begin, end in _templates_own(one.data, len(one.text)):
        for match in pattern.finditer(one.text[begin:end]):
            name = names.get(match.group())
            if name is not None:
                parts += [one.text[at : begin + match.start()], name]
                at = begin + match.end()
                found.append((begin + match.start(), at, len(name) - len(match.group())))
    return "".join([*parts, one.text[at:]]), found


def _templates_own(data: Stretches, length: int) -> Iterator[tuple[int, int]]:
    begin = 0
    for start, end in data:
        yield begin, start
        begin = end
    yield begin, length


def _moved(pieces: Pieces, found: Sequence[tuple[int, int, int]]) -> Pieces:
    """Give pieces with the places that they have where special tokens bear their own names."""
    longer = np.cumsum([0, *(more for _, _, more in found)])
    ends = np.array([end for _, end, _ in found], dtype=np.int64) + longer[1:]

    def back(places_T: Ints) -> Ints:
        moved: Ints = (places_T - longer[np.searchsorted(ends, places_T, side="right")]).astype(np.int32)
        return moved

    return Pieces(pieces.ids_T, back(pieces.starts_T), back(pieces.ends_T))
