"""New tokens of a tokenizer, and what their embedding rows start from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast


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
    """Give the ids of the words that each new token is named by: `</hospital_stay>` by those of ` hospital stay`.

    The row of a new token starts from the mean of theirs. Empty where the name has no words or only unknown ones.
    """
    names = [" ".join(re.findall(r"[^\W_]+", token)) for token in new_tokens]
    found = [tokenizer(f" {name}", add_special_tokens=False)["input_ids"] if name else [] for name in names]
    return [[int(number) for number in ids if number != tokenizer.unk_token_id] for ids in found]
