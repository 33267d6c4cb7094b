"""A tokenizer as training and measuring need it: text in, arrays out, and nothing in a text can pass for a special token.

This is where a text becomes ids, whoever asks: so what is measured was cut as what is learnt.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType
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
class PairAdded:
    """The ids that a tokenizer adds before, between and after a pair of texts."""

    prefix: Ints
    middle: Ints
    suffix: Ints


@dataclass(frozen=True)
class TextEncoder:
    """A tokenizer's backend, set up for encoding, with the ids that it adds before and after one sequence.

    `special_V` marks the ids of the vocabulary that are never hidden: special tokens, tags, unknown.
    """

    backend: Tokenizer
    prefix: Ints
    suffix: Ints
    special_V: npt.NDArray[np.bool_]
    pair: PairAdded

    def pieces(self, texts: Sequence[str]) -> Iterator[Pieces]:
        """Tokenise each of `texts`."""
        for some in portions(texts):
            for encoding in self.backend.encode_batch(some, add_special_tokens=False):
                yield pieces_of(encoding)


def pieces_of(encoding: Any) -> Pieces:
    """Give a backend's encoding as arrays."""
    count = len(encoding)
    offsets = np.fromiter(chain.from_iterable(encoding.offsets), np.int32, 2 * count).reshape(-1, 2)
    ids_T = np.fromiter(encoding.ids, np.int32, count)
    return Pieces(ids_T, np.ascontiguousarray(offsets[:, 0]), np.ascontiguousarray(offsets[:, 1]))


def portions(texts: Sequence[str]) -> Iterator[list[str]]:
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
    backend = backend_of(tokenizer, set(in_text))
    probe = backend.encode("a", add_special_tokens=True)
    body = [place for place, added in enumerate(probe.special_tokens_mask) if not added]
    begin, end = (body[0], body[-1] + 1) if body else (len(probe), len(probe))
    suffix = probe.ids[end:]
    if add_end and not suffix and tokenizer.eos_token_id is not None:
        suffix = [tokenizer.eos_token_id]
    pair = _pair_added(backend.encode("a", "a", add_special_tokens=True))
    return TextEncoder(backend, _ints(probe.ids[:begin]), _ints(suffix), _special(tokenizer, in_text), pair)


def _pair_added(probe: Any) -> PairAdded:
    """Tell from an encoded pair what was added where."""
    sequences = probe.sequence_ids
    first = [place for place, number in enumerate(sequences) if number == 0]
    second = [place for place, number in enumerate(sequences) if number == 1]
    if not first or not second:
        return PairAdded(_ints([]), _ints([]), _ints([]))
    ids = probe.ids
    return PairAdded(_ints(ids[: first[0]]), _ints(ids[first[-1] + 1 : second[0]]), _ints(ids[second[-1] + 1 :]))


def _special(tokenizer: PreTrainedTokenizerFast, in_text: Sequence[str]) -> npt.NDArray[np.bool_]:
    added = tokenizer.added_tokens_decoder.items()
    ids = [number for number, token in added if token.special or token.content in in_text]
    special_V = np.zeros(max(tokenizer.get_vocab().values()) + 1, dtype=np.bool_)
    special_V[[*ids, *tokenizer.all_special_ids]] = True
    return special_V


def _ints(ids: Sequence[int]) -> Ints:
    return np.array(ids, dtype=np.int32)


def special_pattern(tokenizer: PreTrainedTokenizerFast) -> re.Pattern[str]:
    """Give a pattern that finds the tokenizer's special tokens in a text, the longest first."""
    names = sorted(special_names(tokenizer), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, names)) or "(?!)")


def special_names(tokenizer: PreTrainedTokenizerFast) -> list[str]:
    """Give the tokens that steer a model, as they are written."""
    named = set(tokenizer.all_special_tokens)
    added = tokenizer.added_tokens_decoder.values()
    return [token.content for token in added if token.special or token.content in named]


def backend_of(
    tokenizer: PreTrainedTokenizerFast, in_text: set[str], stand_ins: Mapping[str, str] = MappingProxyType({})
) -> Tokenizer:
    """Copy the backend so that it neither pads nor cuts, and knows no special tokens but `in_text`.

    `encode_special_tokens` alone does not do it: a Unigram model finds `<s>` in its own vocabulary, and so does any model
    whose pre-tokenizer leaves `[MASK]` whole. There the entry gets a name that no text spells (with a space, which models
    are never shown as such); or, for special tokens that `stand_ins` has, the name given there, by which it is found.
    """
    from tokenizers import Tokenizer

    spec = json.loads(tokenizer.backend_tokenizer.to_str())
    spec["padding"] = spec["truncation"] = None
    special = {token["content"] for token in spec["added_tokens"] if token["special"]}
    hidden = special - in_text - {spec["model"].get("unk_token")} - set(stand_ins)
    hidden &= _rename(spec["model"], {name: f"\0 {name}\ufdd0" for name in hidden})
    _rename(spec["model"], stand_ins)
    spec["added_tokens"] = [
        _stand_in(token, stand_ins[token["content"]])
        if token["content"] in stand_ins
        else {**token, "special": token["special"] and token["content"] not in in_text}
        for token in spec["added_tokens"]
        if token["content"] not in hidden
    ]
    backend = Tokenizer.from_str(json.dumps(spec))
    backend.encode_special_tokens = True
    moved = [token["content"] for token in spec["added_tokens"] if backend.token_to_id(token["content"]) != token["id"]]
    if moved:
        raise AcclimateError(f"the tokenizer's copy gives other ids to {moved[:5]}")
    return backend


def _stand_in(token: dict[str, Any], name: str) -> dict[str, Any]:
    return {**token, "content": name, "special": False, "normalized": False}


def _rename(model: dict[str, Any], names: Mapping[str, str]) -> set[str]:
    """Give vocabulary entries other names; ids stay. Gives the old names that were found."""
    vocabulary = model["vocab"]
    if model.get("unk_token") in names:
        model["unk_token"] = names[model["unk_token"]]
    if isinstance(vocabulary, list):
        model["vocab"] = [[names.get(name, name), score] for name, score in vocabulary]
        return {name for name, _ in vocabulary if name in names}
    model["vocab"] = {names.get(name, name): number for name, number in vocabulary.items()}
    if "merges" in model:
        model["merges"] = [pair for pair in model["merges"] if not names.keys() & {*pair, "".join(pair)}]
    return {name for name in vocabulary if name in names}
