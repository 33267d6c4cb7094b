"""Answers as lines that people and other programs read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from acclimate.core.answers import Answers, ClassAnswers, SpanAnswers

Line = dict[str, Any]
_DIGITS = 6


def lines(answers: Answers, texts: Sequence[str | None], abstain_below: float | None = None) -> list[Line]:
    """Give a line a row.

    One label: `label` (None below `abstain_below`), `score` (its probability), `scores` of all labels. Several: `labels`,
    `scores`. A number: `score`. Spans: `entities` (start, end, label, score, text). Texts: `answer`.
    """
    if isinstance(answers, ClassAnswers):
        return _classes(answers, abstain_below)
    if isinstance(answers, SpanAnswers):
        return [
            {"entities": [{"start": one.start, "end": one.end, "label": one.label, "score": round(one.score, _DIGITS),
                           "text": (text or "")[one.start : one.end]} for one in some]}
            for some, text in zip(answers.said, texts, strict=True)
        ]  # fmt: skip
    return [{"answer": one} for one in answers.said]


def _classes(answers: ClassAnswers, abstain_below: float | None) -> list[Line]:
    names, found = answers.labels.names, []
    for said_K, probability_K in zip(answers.said_NK(), answers.probability_NK, strict=True):
        if np.isnan(probability_K).any():
            found.append(_nothing(answers.labels.kind))
            continue
        if answers.labels.kind == "score":
            found.append({"score": round(float(probability_K[0]), _DIGITS)})
            continue
        scores = {name: round(float(one), _DIGITS) for name, one in zip(names, probability_K, strict=True)}
        if answers.labels.kind == "several":
            found.append({"labels": [name for name, one in zip(names, said_K, strict=True) if one], "scores": scores})
            continue
        label = names[int(said_K.argmax())]
        sure = abstain_below is None or scores[label] >= abstain_below
        found.append({"label": label if sure else None, "score": scores[label], "scores": scores})
    return found


def _nothing(kind: str) -> Line:
    """Give the line of a row without a text."""
    if kind == "score":
        return {"score": None}
    return {"labels": [], "scores": {}} if kind == "several" else {"label": None, "score": None, "scores": {}}
