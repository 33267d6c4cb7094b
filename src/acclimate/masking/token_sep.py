"""The fields of a structured record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import numpy.typing as npt
from pydantic import StringConstraints, model_validator

from acclimate.core.examples import Document, Ints
from acclimate.core.method import Method, option
from acclimate.masking.coins import hide_by_coins
from acclimate.masking.units import fields, units_of, words

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

_AFTER_KEY = ":"


class TokenSep(Method):
    r"""Hide the text between separators: each piece with chance p = mlm_probability, on its own; at least one.

    Of `<patient>age:34, sex:F</patient>` the separator "," makes the pieces `age:34` and `sex:F`, or with `mask: value`
    `34` and `F`; the separator ":" makes `age`, `34, sex` and `F`. Tags end a piece, too. Separators are never hidden, nor
    are keys with `mask: value`. A separator inside a value that `tagged` escaped (`\,`) separates nothing. Running text that
    stands among tagged records (`prepare: replay`, the control) has no fields: its pieces are words, as with `word`.

    Takes: a document's text and the characters of each token.

    Gives: for each token its piece's number.

    Options: where one piece ends (`masking_sep_token`), and what of it is hidden (`mask`).

    When to use: for records made by `prepare: tagged`, with "," and `mask: value`: the model learns values from values. For
    prose use `word` or `span`.

    Source: Ghashami 2023 (Domain Adaptation of a Large Language Model).

    Raises: UserError where `mask: value` is asked for with the separator ":", which leaves no keys.
    """

    masking_sep_token: Annotated[str, StringConstraints(min_length=1)] = option(
        _AFTER_KEY, "what stands between two pieces"
    )
    mask: Literal["all", "value"] = option("all", "all: the whole piece; value: only what follows its first colon")

    @model_validator(mode="after")
    def _keys_are_told_from_values(self) -> TokenSep:
        if self.mask == "value" and self.masking_sep_token == _AFTER_KEY:
            raise ValueError("mask: value with another masking_sep_token than ':', which would part keys from values")
        return self

    def check(self, tokenizer: PreTrainedTokenizerFast, where: str) -> None:
        """Any tokenizer will do."""

    def units(self, document: Document) -> npt.NDArray[np.int32]:
        if document.prose:
            return units_of(document, words(document.text))
        return units_of(document, fields(document.text, self.masking_sep_token, self.mask == "value"))

    def hide(
        self, units_T: Ints, offsets_N1: Ints, key_N: npt.NDArray[np.uint64], probability: float
    ) -> npt.NDArray[np.bool_]:
        return hide_by_coins(units_T, offsets_N1, key_N, probability)
