"""Whole words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from acclimate.core.examples import Document, Ints
from acclimate.core.method import Method
from acclimate.masking.coins import hide_by_coins
from acclimate.masking.units import units_of, words

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast


class Word(Method):
    """Hide whole words: each with chance p = mlm_probability, on its own; at least one a document.

    A word is a run of letters and digits, a single punctuation mark, or one character of a script without spaces
    (Chinese, Japanese, Thai, ...), found in the raw text: the same for every tokenizer.

    Takes: a document's text and the characters of each token.

    Gives: for each token its word's number.

    Options: none.

    When to use: by default. `token` is easier for the model, as the rest of a word gives it away; `span` hides several
    words in a row; `token_sep` hides the fields of structured records.

    Source: whole word masking, Cui et al. 2021 (arXiv 1906.08101).

    Raises: nothing.
    """

    def check(self, tokenizer: PreTrainedTokenizerFast, where: str) -> None:
        """Any tokenizer will do."""

    def units(self, document: Document) -> npt.NDArray[np.int32]:
        return units_of(document, words(document.text))

    def hide(
        self, units_T: Ints, offsets_N1: Ints, key_N: npt.NDArray[np.uint64], probability: float
    ) -> npt.NDArray[np.bool_]:
        return hide_by_coins(units_T, offsets_N1, key_N, probability)
