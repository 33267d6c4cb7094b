"""From what a tagger's head says of tokens to entities: spans of a text with their labels and probabilities.

Legend of shapes: L tokens that the head answers for, V labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from acclimate.core.answers import Floats, Span
from acclimate.core.examples import Examples
from acclimate.core.tags import OUTSIDE, parts, runs, stretches
from acclimate.core.text import Spans


def spans(
    said: Sequence[Floats],
    examples: Examples,
    texts: Sequence[str],
    words: Sequence[Spans | None],
    names: Sequence[str],
) -> tuple[tuple[Span, ...], ...]:
    """Give the entities of each row's text.

    Takes: `said`, the head's [L, V] of each window; examples with characters; of each row its text and its words (None:
    tokens are tagged by themselves); `names`, the labels (BIO). All windows of a row are joined before entities are read,
    so that one may lie across a border.
    """
    found: dict[int, list[tuple[Floats, Spans]]] = {}
    for number, (row, logits_LV) in enumerate(zip(examples.row_N.tolist(), said, strict=True)):
        found.setdefault(row, []).append((logits_LV, _characters(examples, number)))
    empty: tuple[Span, ...] = ()
    answers = [empty] * len(texts)
    for row, windows in found.items():
        logits_LV, characters_L2 = (np.concatenate(some) for some in zip(*windows, strict=True))
        answers[row] = _of_text(logits_LV, stretches(characters_L2, words[row]), texts[row], names)
    return tuple(answers)


def gold(entities: Sequence[Mapping[str, object]] | None) -> tuple[Span, ...]:
    """Give what a row's column of entities says."""
    return tuple(Span(int(str(one["start"])), int(str(one["end"])), str(one["label"])) for one in entities or ())


def labels_of(names: Sequence[str]) -> tuple[str, ...]:
    """Give the labels of entities among the tags of a model."""
    return tuple(dict.fromkeys(parts(name)[1] for name in names if name != OUTSIDE))


def _characters(examples: Examples, number: int) -> npt.NDArray[np.int32]:
    """Give start and end of the tokens that the head answers for."""
    begin, end = examples.offsets_N1[number], examples.offsets_N1[number + 1]
    characters_T2 = np.asarray(examples.characters_T2)[begin:end]
    return np.asarray(characters_T2[examples.units_T[begin:end] >= 0])


def _of_text(logits_LV: Floats, said_L2: Spans, text: str, names: Sequence[str]) -> tuple[Span, ...]:
    """Give the entities of one text; a score is the mean over an entity's tokens (words) of the probability of the tag said."""
    speaks_L = [bool(text[start:end].strip()) for start, end in said_L2.tolist()]
    logits_LV, said_L2 = logits_LV[speaks_L], said_L2[speaks_L]
    if not len(logits_LV):
        return ()
    raised_LV = np.exp(logits_LV - logits_LV.max(axis=1, keepdims=True))
    best_L = logits_LV.argmax(axis=1)
    probability_L = raised_LV.max(axis=1) / raised_LV.sum(axis=1)
    found, _ = runs([names[number] for number in best_L])
    return tuple(
        Span(*_trimmed(text, int(said_L2[one.begin, 0]), int(said_L2[one.end - 1, 1])), one.label,
             float(probability_L[one.begin : one.end].mean()))
        for one in found
    )  # fmt: skip


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    inner = text[start:end]
    return start + len(inner) - len(inner.lstrip()), end - len(inner) + len(inner.rstrip())
