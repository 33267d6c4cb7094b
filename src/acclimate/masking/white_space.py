"""Words between white space, for byte-level BPE."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from acclimate.core.errors import Fault, UserError
from acclimate.core.examples import Document, Ints
from acclimate.core.method import Method
from acclimate.masking.coins import hide_by_coins
from acclimate.masking.units import units_of, white_space_words

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast


class WhiteSpace(Method):
    """Hide what stands between white space: each piece with chance p = mlm_probability, on its own; at least one.

    `don't`, `2023-11-14` and `(F),` are one unit each, punctuation included.

    Takes: a document's text and the characters of each token.

    Gives: for each token its piece's number.

    Options: none.

    When to use: with byte-level BPE (GPT-2, RoBERTa, ModernBERT), whose tokens carry the space before them, where a code
    or date is to be hidden with its punctuation. Not for scripts without spaces (one unit would be a whole sentence) and
    not with WordPiece or Unigram: use `word` there.

    Source: Ghashami 2023 (Domain Adaptation of a Large Language Model).

    Raises: UserError if the tokenizer is no byte-level BPE.
    """

    def check(self, tokenizer: PreTrainedTokenizerFast, where: str) -> None:
        spec = json.loads(tokenizer.backend_tokenizer.to_str())
        kind = spec["model"]["type"]
        if kind == "BPE" and '"ByteLevel"' in json.dumps(spec["pre_tokenizer"]):
            return
        found = f"white_space masking with a {kind} tokenizer" + (" that is not byte-level" if kind == "BPE" else "")
        allowed = "a byte-level BPE tokenizer (GPT-2, RoBERTa, ModernBERT)"
        raise UserError(Fault(where, found, allowed, "use masking: word"))

    def units(self, document: Document) -> npt.NDArray[np.int32]:
        return units_of(document, white_space_words(document.text))

    def hide(
        self, units_T: Ints, offsets_N1: Ints, key_N: npt.NDArray[np.uint64], probability: float
    ) -> npt.NDArray[np.bool_]:
        return hide_by_coins(units_T, offsets_N1, key_N, probability)
