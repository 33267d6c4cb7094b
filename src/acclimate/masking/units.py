"""From pieces of a text to units of its tokens."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from acclimate.core.entities import number_units
from acclimate.core.examples import Document
from acclimate.core.text import Spans, field_spans, unit_of_tokens, white_space_spans, word_spans

# One text is asked for once a window, one window after the other. Columns are laid out for unit_of_tokens, which searches
# them: else a long text would be copied for each of its windows.


@lru_cache(maxsize=1)
def words(text: str) -> Spans:
    """Give `core.text.word_spans`, remembered for the text that was asked for last."""
    return np.asfortranarray(word_spans(text))


@lru_cache(maxsize=1)
def white_space_words(text: str) -> Spans:
    """Give `core.text.white_space_spans`, remembered for the text that was asked for last."""
    return np.asfortranarray(white_space_spans(text))


@lru_cache(maxsize=1)
def fields(text: str, separator: str, values_only: bool) -> Spans:
    """Give `core.text.field_spans`, remembered for the text that was asked for last."""
    return np.asfortranarray(field_spans(text, separator, values_only=values_only))


def units_of(document: Document, spans: Spans) -> npt.NDArray[np.int32]:
    """Give each token's unit: the piece of the text that it touches, counted from 0 in this document.

    Tokens that are never hidden, that another window learns, or that touch no piece get -1.
    """
    piece_T = unit_of_tokens(spans, document.starts_T, document.ends_T)
    return number_units(piece_T, document.special_T | document.repeated_T | (piece_T < 0))
