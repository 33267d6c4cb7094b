"""Answers as lines that people and other programs read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from acclimate.core.answers import DIGITS, Answers, ClassAnswers, Found, SpanAnswers
from acclimate.core.labels import Labels

Line = dict[str, Any]
_ENTITY = pa.struct(
    [("start", pa.int64()), ("end", pa.int64()), ("label", pa.string()), ("score", pa.float64()), ("text", pa.string())]
)
_TYPES = {"label": pa.string(), "score": pa.float64(), "labels": pa.list_(pa.string()), "entities": pa.list_(_ENTITY),
          "answer": pa.string(), "start": pa.int64(), "end": pa.int64(), "text": pa.string(), "generated": pa.string(), "generated_tokens": pa.int64(), "generated_cut": pa.bool_()}  # fmt: skip


def types(line: Line) -> dict[str, pa.DataType]:
    """Give each column's type in a table, which depends on no value: the next line may have one where this has none."""
    return {
        key: pa.struct([(name, pa.float64()) for name in value]) if key == "scores" else _TYPES[key]
        for key, value in line.items()
    }


def lines(answers: Answers, texts: Sequence[str | None], abstain_below: float | None = None) -> list[Line]:
    """Give a line a row. A row without a text (none, or white space alone) has an answer that says nothing: training learns
    from no such row.

    One label: `label` (None below `abstain_below`), `score` (its probability), `scores` of all labels. Several: `labels`,
    `scores`. A number: `score`. Spans: `entities` (start, end, label, score, text). Texts: `answer`, and where it stands in
    its context `start`, `end` (None: there is no answer) and `score`.
    """
    if isinstance(answers, ClassAnswers):
        return _classes(answers, texts, abstain_below)
    if isinstance(answers, SpanAnswers):
        return [
            {"entities": [{"start": one.start, "end": one.end, "label": one.label, "score": round(one.score, DIGITS),
                           "text": (text or "")[one.start : one.end]} for one in some]}
            for some, text in zip(answers.said, texts, strict=True)
        ]  # fmt: skip
    return [_found(None if _is_blank(text) else one) for one, text in zip(answers.found, texts, strict=True)]


def _found(one: Found | None) -> Line:
    if one is None or not one.text:
        return {"answer": "", "start": None, "end": None, "score": None if one is None else round(one.score, DIGITS)}
    return {"answer": one.text, "start": one.start, "end": one.end, "score": round(one.score, DIGITS)}


def _is_blank(text: str | None) -> bool:
    return not (text or "").strip()


def _classes(answers: ClassAnswers, texts: Sequence[str | None], abstain_below: float | None) -> list[Line]:
    names, found = answers.labels.names, []
    rows = zip(texts, answers.said_NK(), answers.probability_NK, answers.answered_N(abstain_below), strict=True)
    for text, said_K, probability_K, sure in rows:
        if _is_blank(text) or np.isnan(probability_K).any():
            found.append(_nothing(answers.labels))
            continue
        if answers.labels.kind == "score":
            found.append({"score": round(float(probability_K[0]), DIGITS)})
            continue
        scores = {name: round(float(one), DIGITS) for name, one in zip(names, probability_K, strict=True)}
        if answers.labels.kind == "several":
            found.append({"labels": [name for name, one in zip(names, said_K, strict=True) if one], "scores": scores})
            continue
        label = names[int(said_K.argmax())]
        found.append({"label": label if sure else None, "score": scores[label], "scores": scores})
    return found


def _nothing(labels: Labels) -> Line:
    """Give the line of a row without a text."""
    if labels.kind == "score":
        return {"score": None}
    scores = dict.fromkeys(labels.names)
    if labels.kind == "several":
        return {"labels": [], "scores": scores}
    return {"label": None, "score": None, "scores": scores}
