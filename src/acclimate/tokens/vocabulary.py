"""New tokens of a tokenizer, and what their embedding rows start from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from acclimate.compat.tokenizers import pieces_of_entry

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

_IN_BRACKETS = re.compile(r"[<\[({|].*[>\])}|]", flags=re.DOTALL)


def add_tags(tokenizer: PreTrainedTokenizerFast, tags: Sequence[str]) -> list[int]:
    """Make each of `tags` a special token: never split, never hidden.

    Gives: ids of those that are new to the vocabulary (they need embedding rows), in the order of `tags`. The tokenizer's
    own special tokens stay as they are; a tag that is in the vocabulary keeps its id.
    """
    from tokenizers import AddedToken

    known = tokenizer.get_vocab()
    new = [tag for tag in dict.fromkeys(tags) if tag not in known]
    tokenizer.add_tokens([AddedToken(tag, normalized=False) for tag in dict.fromkeys(tags)], special_tokens=True)
    ids = tokenizer.convert_tokens_to_ids(new)
    return [int(number) for number in ids]


def pieces_of(tokenizer: PreTrainedTokenizerFast, new_tokens: Sequence[str]) -> list[list[int]]:
    """Give the ids that each new token starts from (the mean of their rows), by a tokenizer that does not have it yet.

    For a word these are the pieces it had. What stands in brackets (`</hospital_stay>`) is named by words: those of
    ` hospital stay`. Empty where there are only unknown ones, or none.
    """
    return [_pieces(tokenizer, token) for token in new_tokens]


def _pieces(tokenizer: PreTrainedTokenizerFast, token: str) -> list[int]:
    exact = None if _IN_BRACKETS.fullmatch(token) else pieces_of_entry(tokenizer, token)
    if exact is not None:
        return exact
    name = " ".join(re.findall(r"[^\W_]+", token))
    ids = tokenizer(f" {name}", add_special_tokens=False)["input_ids"] if name else []
    return [int(number) for number in ids if number != tokenizer.unk_token_id]
