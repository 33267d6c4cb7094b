"""Single tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from acclimate.core.entities import number_units
from acclimate.core.examples import Document, Ints
from acclimate.core.method import Method
from acclimate.masking.coins import hide_by_coins

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast


class Token(Method):
    """Hide single tokens: each with chance p = mlm_probability, on its own; at least one a document.

    Takes: a document's tokens.

    Gives: for each token that may be hidden its own number.

    Options: none.

    When to use: to do as BERT's first release and transformers' run_mlm.py do. Pieces of a half-hidden word give it away:
    `word` teaches more about the domain's long words.

    Source: Devlin et al. 2019 (arXiv 1810.04805).

    Raises: nothing.
    """

    def check(self, tokenizer: PreTrainedTokenizerFast, where: str) -> None:
        """Any tokenizer will do."""

    def units(self, document: Document) -> npt.NDArray[np.int32]:
        return number_units(np.arange(len(document.ids_T)), document.special_T | document.repeated_T)

    def hide(
        self, units_T: Ints, offsets_N1: Ints, key_N: npt.NDArray[np.uint64], probability: float
    ) -> npt.NDArray[np.bool_]:
        return hide_by_coins(units_T, offsets_N1, key_N, probability)
