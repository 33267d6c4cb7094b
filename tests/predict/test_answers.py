"""Answers as lines: a row without a text has one that says nothing, of every kind."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from acclimate.core.answers import ClassAnswers, Found, TextAnswers
from acclimate.core.labels import Labels
from acclimate.predict.answers import Line, lines

NOTHING: dict[Literal["one", "several", "score"], Line] = {
    "one": {"label": None, "score": None, "scores": {"a": None, "b": None}},
    "several": {"labels": [], "scores": {"a": None, "b": None}},
    "score": {"score": None},
}


@pytest.mark.parametrize("blank", [None, "", " \t\n"])
@pytest.mark.parametrize("kind", NOTHING)
def test_classes_of_no_text(kind: Literal["one", "several", "score"], blank: str | None) -> None:
    names = ("a",) if kind == "score" else ("a", "b")
    said_NK = np.full((2, len(names)), 0.75)
    answers = ClassAnswers(("1", "2"), ("", ""), Labels(kind, names), said_NK, said_NK)
    first, second = lines(answers, [blank, "a text"])
    assert first == NOTHING[kind]
    assert second != NOTHING[kind]
    assert second.keys() == first.keys()


def test_a_question_that_is_none() -> None:
    found = (Found("aspirin", 3, 10, 0.5), Found("stent", 3, 8, 0.5))
    answers = TextAnswers(("1", "2"), ("", ""), ((), ()), ("aspirin", "stent"), found=found)
    nothing = {"answer": "", "start": None, "end": None, "score": None}
    assert lines(answers, [" ", "what was given ?"]) == [
        nothing,
        {"answer": "stent", "start": 3, "end": 8, "score": 0.5},
    ]
    assert lines(replace(answers, found=(Found("", 0, 0, 0.7),) * 2), ["?", "?"])[0] == {**nothing, "score": 0.7}
