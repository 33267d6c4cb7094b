"""A tokenizer beside a model -> files that plain AutoTokenizer reads as they were written.

transformers 5 forces a class of its own upon the tokenizers of some architectures (Qwen2, Qwen3.5), whatever class their
`tokenizer_config.json` names, and that class puts the rules together anew from vocabulary and merges: what was changed in
the rules is forgotten. It takes `tokenizer.json` whole where its settings hold `trust_remote_code: true`. In this place
the words trust no one: they stand in a file and not in a call, `auto_map` names no code, and the folder has none.
See docs/decisions/0005-tokenizers-that-forget.md.
"""

from __future__ import annotations

import json
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from acclimate.compat.transformers.quiet import quiet
from acclimate.core.errors import Fault, UserError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

AS_WRITTEN = "trust_remote_code"
"""The setting of `tokenizer_config.json` that makes transformers' own classes take `tokenizer.json` as it is."""


def keep_as_written(tokenizer: PreTrainedTokenizerFast, config: Any, where: str) -> str:
    """See to it that AutoTokenizer, beside a model of `config`, gives back this tokenizer once it is saved.

    Its settings get one entry more where they must, which every later `save_pretrained` writes. Gives: a sentence about
    that for the log, or nothing. Raises: UserError if another tokenizer is given back all the same.
    """
    tokenizer.init_kwargs.pop(AS_WRITTEN, None)
    if _rules(_again(tokenizer, config)) == _rules(tokenizer):
        return ""
    tokenizer.init_kwargs[AS_WRITTEN] = True
    for name in tokenizer.SPECIAL_TOKENS_ATTRIBUTES:
        tokenizer.init_kwargs.setdefault(
            name, None
        )  # null says that there is none; left out, the class would have its own
    again = _again(tokenizer, config)
    if _rules(again) != _rules(tokenizer) and _ids(again) != _ids(tokenizer):
        found = f"beside a {config.model_type} model transformers gives back another tokenizer than was saved"
        do = "use the architecture's own tokenizer, without new words"
        raise UserError(Fault(where, found, "a tokenizer that is loaded as saved", do))
    return (
        f"transformers makes the rules of {config.model_type} tokenizers anew when it loads them, and would forget what is "
        f"new in these: tokenizer_config.json says {AS_WRITTEN}: true, by which it takes tokenizer.json as it is (no code "
        "is run by that; who saves the tokenizer again with transformers has to write the line again)"
    )


def _again(tokenizer: PreTrainedTokenizerFast, config: Any) -> Any:
    """Give what AutoTokenizer makes of the saved tokenizer, None if it can't."""
    from transformers import AutoTokenizer

    with TemporaryDirectory() as folder, quiet():
        config.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        try:
            return AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
        except Exception:  # noqa: BLE001  all that tokenizers raises where a class can't build these rules from its parts
            return None


def _rules(tokenizer: Any) -> dict[str, Any]:
    """Give all that a text's tokens depend on; lengths to cut and pad to are set anew by each call."""
    if tokenizer is None:
        return {}
    return {**json.loads(tokenizer.backend_tokenizer.to_str()), "padding": None, "truncation": None}


def _ids(tokenizer: Any) -> list[list[int]]:
    """Give how each entry of the vocabulary is tokenised as a text, behind another word."""
    if tokenizer is None:
        return []
    backend = tokenizer.backend_tokenizer
    texts = [f"x {backend.decode([number])}" for number in range(len(tokenizer))]
    return [encoding.ids for encoding in backend.encode_batch(texts)]
