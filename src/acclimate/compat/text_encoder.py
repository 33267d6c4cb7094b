"""A tokenizer as training and measuring need it: text in, arrays out, and nothing in a text can pass for a special token.

This is where a text becomes ids, whoever asks: so what is measured was cut as what is learnt.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from acclimate.core.errors import AcclimateError

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerFast

Ints = npt.NDArray[np.int32]
_CHARACTERS = 1_000_000


@dataclass(frozen=True)
class Pieces:
    """The tokens of one text, without added ones: ids, and their characters [start, end) in it."""

    ids_T: Ints
    starts_T: Ints
    ends_T: Ints


@dataclass(frozen=True)
class TextEncoder:
    """A tokenizer's backend, set up for encoding, with the ids that it adds before and after one sequence.

    `special_V` marks the ids of the vocabulary that are never hidden: special tokens, tags, unknown.
    """

    backend: Tokenizer
    prefix: Ints
    suffix: Ints
    special_V: npt.NDArray[np.bool_]

    def pieces(self, texts: Sequence[str]) -> Iterator[Pieces]:
        """Tokenise each of `texts`."""
        for some in _portions(texts):
            for encoding in self.backend.encode_batch(some, add_special_tokens=False):
                count = len(encoding)
                offsets = np.fromiter(chain.from_iterable(encoding.offsets), np.int32, 2 * count).reshape(-1, 2)
                ids_T = np.fromiter(encoding.ids, np.int32, count)
                yield Pieces(ids_T, np.ascontiguousarray(offsets[:, 0]), np.ascontiguousarray(offsets[:, 1]))


def _portions(texts: Sequence[str]) -> Iterator[list[str]]:
    """Split `texts` so that few characters are at work at a time: a backend needs some hundred bytes a token."""
    some: list[str] = []
    characters = 0
    for text in texts:
        if some and characters + len(text) > _CHARACTERS:
            yield some
            some, characters = [], 0
        some.append(text)
        characters += len(text)
    yield some


def text_encoder(tokenizer: PreTrainedTokenizerFast, in_text: Sequence[str], *, add_end: bool) -> TextEncoder:
    """Set up `tokenizer` (which stays as it is) for encoding.

    Takes: `in_text`, the special tokens that are meant where they stand in a text; anything else that looks like one is
    text. `add_end`, to end with the end-of-sequence token also where the tokenizer adds none, so that ends are learnt.
    """
    backend = _backend(tokenizer, set(in_text))
    probe = backend.encode("a", add_special_tokens=True)
    body = [place for place, added in enumerate(probe.special_tokens_mask) if not added]
    begin, end = (body[0], body[-1] + 1) if body else (len(probe), len(probe))
    suffix = probe.ids[end:]
    if add_end and not suffix and tokenizer.eos_token_id is not None:
        suffix = [tokenizer.eos_token_id]
    return TextEncoder(backend, _ints(probe.ids[:begin]), _ints(suffix), _special(tokenizer, in_text))


def _special(tokenizer: PreTrainedTokenizerFast, in_text: Sequence[str]) -> npt.NDArray[np.bool_]:
    added = tokenizer.added_tokens_decoder.items()
    ids = [number for number, token in added if token.special or token.content in in_text]
    special_V = np.zeros(max(tokenizer.get_vocab().values()) + 1, dtype=np.bool_)
    special_V[[*ids, *tokenizer.all_special_ids]] = True
    return special_V


def _ints(ids: Sequence[int]) -> Ints:
    return np.array(ids, dtype=np.int32)


def _backend(tokenizer: PreTrainedTokenizerFast, in_text: set[str]) -> Tokenizer:
    """Copy the backend so that it neither pads nor cuts, and knows no special tokens but `in_text`.

    `encode_special_tokens` alone does not do it: a Unigram model finds `<s>` in its own vocabulary, and so does any model
    whose pre-tokenizer leaves `[MASK]` whole. There the entry gets a name that no text spells.
    """
    from tokenizers import Tokenizer

    spec = json.loads(tokenizer.backend_tokenizer.to_str())
    spec["padding"] = spec["truncation"] = None
    hidden = (
        {token["content"] for token in spec["added_tokens"] if token["special"]}
        - in_text
        - {spec["model"].get("unk_token")}
    )
    hidden &= _rename(spec["model"], hidden)
    spec["added_tokens"] = [
        {**token, "special": token["special"] and token["content"] not in in_text}
        for token in spec["added_tokens"]
        if token["content"] not in hidden
    ]
    backend = Tokenizer.from_str(json.dumps(spec))
    backend.encode_special_tokens = True
    moved = [token["content"] for token in spec["added_tokens"] if backend.token_to_id(token["content"]) != token["id"]]
    if moved:
        raise AcclimateError(f"the tokenizer's copy gives other ids to {moved[:5]}")
    return backend


def _rename(model: dict[str, Any], names: set[str]) -> set[str]:
    """Make vocabulary entries unreachable; ids stay. Gives the names that were found."""
    vocabulary = model["vocab"]
    if isinstance(vocabulary, list):
        model["vocab"] = [[f"\0{name}" if name in names else name, score] for name, score in vocabulary]
        return names & {name for name, _ in vocabulary}
    model["vocab"] = {f"\0{name}" if name in names else name: number for name, number in vocabulary.items()}
    if "merges" in model:
        model["merges"] = [pair for pair in model["merges"] if not names & {*pair, "".join(pair)}]
    return names & set(vocabulary)
