"""What is measured: texts with the group they belong to, and what in them is one unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from acclimate.core.rendered import Rendered
from acclimate.core.scores import Floats
from acclimate.core.seeds import hash64
from acclimate.core.text import Spans, value_spans, word_spans


@dataclass(frozen=True)
class Tagged:
    """How the records of a text are written: fields `key:value` between `separator`s, inside `tags`."""

    separator: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class EvalText:
    """One row of the data that is measured, as raw text.

    `row_id` names it for good; `group` is what is resampled (a patient, a document). `tagged` is set for structured
    records. A window of a long record is `text[:header_chars]` and whole events, which begin at `cuts` (characters).
    `written` is a conversation as a chat template wrote it out: then its answers are what is measured.
    """

    row_id: str
    group: str
    text: str
    tagged: Tagged | None = None
    header_chars: int = 0
    cuts: tuple[int, ...] = ()
    written: Rendered | None = None

    @property
    def read(self) -> str:
        """The text as a model reads it."""
        return self.text if self.written is None else self.written.text

    def units(self) -> Spans:
        """Give what is hidden or learnt as one: the values of tagged records, else the words."""
        if self.tagged is None:
            return word_spans(self.text)
        return value_spans(self.text, self.tagged.separator, self.tagged.tags)

    @property
    def unit_name(self) -> str:
        """What the units are called in a score's unit."""
        return "words" if self.tagged is None else "values"


def choose(texts: Sequence[EvalText], max_rows: int | None, seed: int) -> list[EvalText]:
    """Give at most `max_rows` of the texts, whole groups in an order that depends on (seed, group), the last cut short.

    What is chosen keeps its order. Whole groups are a fair sample of groups, which is what the interval is about.
    """
    if max_rows is None or len(texts) <= max_rows:
        return list(texts)
    places = sorted(range(len(texts)), key=lambda place: (hash64("measured", seed, texts[place].group), place))
    return [texts[place] for place in sorted(places[:max_rows])]


def groups_of(texts: Sequence[EvalText]) -> tuple[tuple[str, ...], npt.NDArray[np.int64]]:
    """Give the groups in the order of their first row, and each row's place among them."""
    places: dict[str, int] = {}
    place_R = np.array([places.setdefault(text.group, len(places)) for text in texts], dtype=np.int64)
    return tuple(places), place_R


def sum_by(place: npt.NDArray[np.int64], values: npt.ArrayLike, groups: Sequence[str]) -> Floats:
    """Sum `values` into the groups whose places they have."""
    weights = np.asarray(values, dtype=np.float64)
    return np.asarray(np.bincount(place, weights=weights, minlength=len(groups)), dtype=np.float64)


def byte_borders(text: str) -> npt.NDArray[np.int64]:
    """Give for each border between characters (0 to the end) how many UTF-8 bytes lie before it."""
    code_C = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    width_C = 1 + (code_C > 0x7F).astype(np.int64) + (code_C > 0x7FF) + (code_C > 0xFFFF)
    return np.concatenate([[0], np.cumsum(width_C)])
