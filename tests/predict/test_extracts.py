"""The best answer of all windows, against none."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from acclimate.core.answers import Floats
from acclimate.core.examples import Examples
from acclimate.core.rows import ROLE, ROW_ID
from acclimate.objective.extract import Extract
from acclimate.predict import extracts as found
from acclimate.tokens.encode import encode
from acclimate.tokens.section import Tokens
from tests.tokenizers_made import ALL

CONTEXT = "The patient was seen at the hospital. The dose of aspirin was 34 in the morning."


def extracts(*given: Any, **options: Any) -> tuple[str, ...]:
    return tuple(one.text for one in found.extracts(*given, **options))


def windows(name: str, answers: list[str], context: str = CONTEXT, **options: Any) -> Examples:
    rows = pa.table(
        {ROW_ID: ["a:1"], ROLE: ["train"], "question": ["dose?"], "context": [context], "answers": [answers]}
    )
    task = Extract()
    shaped = task.shape(rows, "objective")[0]
    return encode(shaped, ALL[name](), task, Tokens(**options), 512, "tokens", places=True).examples


def perfect(examples: Examples) -> list[Floats]:
    borders = zip(examples.offsets_N1, examples.offsets_N1[1:], strict=False)
    units = [examples.units_T[begin:end] for begin, end in borders]
    return [9.0 * np.stack([(units_T & 1) > 0, (units_T & 2) > 0], axis=1) for units_T in units]


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("answer", ["aspirin", "34 in the morning", "The patient"])
@pytest.mark.parametrize("stride", [0, 12])
def test_what_was_learnt_comes_back_from_any_window(name: str, answer: str, stride: int) -> None:
    for options in ({}, {"max_length": 48, "stride": stride}):
        examples = windows(name, [answer], CONTEXT, **options)
        if options and stride == 0 and not any(examples.units_T[examples.offsets_N1[:-1]] != 3):
            continue  # a border lies in the answer, and windows without stride have none with all of it
        assert extracts(perfect(examples), examples, [CONTEXT], 40, may_be_none=True) == (answer,)


def test_saying_nothing_must_win_over_the_best_answer() -> None:
    examples = windows("wordpiece", [])
    said = perfect(examples)
    assert extracts(said, examples, [CONTEXT], 30, may_be_none=True) == ("",)
    assert extracts(said, examples, [CONTEXT], 30, may_be_none=False) != ("",)


def test_an_answer_ends_behind_its_start_and_is_not_too_long() -> None:
    """Ten words of a token each; the best start is the seventh, the best end the third or the ninth."""
    context = " ".join("the a" for _ in range(5))
    examples = windows("wordpiece", ["the"], context)
    (characters_T2,) = [np.asarray(examples.characters_T2)]
    first = int(np.flatnonzero(characters_T2[:, 0] < characters_T2[:, 1])[0])
    logits = np.zeros((len(characters_T2), 2))
    logits[first + 6, 0], logits[first + 2, 1], logits[first + 8, 1] = 5.0, 9.0, 3.0
    assert extracts([logits], examples, [context], 10, may_be_none=False) == ("the a the",)
    logits[first + 2, 1] = 0.0
    logits[first + 5, 0] = 4.5
    assert extracts([logits], examples, [context], 3, may_be_none=False) == ("the a the",)
    logits[first + 7, 1] = 1.0
    assert extracts([logits], examples, [context], 2, may_be_none=False) == ("the a",)


def test_the_question_is_never_the_answer() -> None:
    examples = windows("wordpiece", ["aspirin"])
    logits = np.zeros((len(examples.ids_T), 2))
    logits[1] = 50.0
    assert extracts([logits], examples, [CONTEXT], 30, may_be_none=False)[0] in CONTEXT
    assert not extracts([logits], examples, [CONTEXT], 1, may_be_none=False)[0].startswith("dose?")


def test_where_an_answer_stands_and_how_probable_it_is() -> None:
    """The two largest logits of each side share what is left of the rest: by hand, e^4 / (e^4 + 1 + rest)."""
    examples = windows("wordpiece", ["aspirin"])
    (characters_T2,) = [np.asarray(examples.characters_T2)]
    of_context = np.flatnonzero(characters_T2[:, 0] < characters_T2[:, 1])
    logits = np.zeros((len(characters_T2), 2))
    logits[of_context[2], 0] = logits[of_context[3], 1] = 4.0
    (one,) = found.extracts([logits], examples, [CONTEXT], 10, may_be_none=True)
    assert (one.start, one.end) == (characters_T2[of_context[2], 0], characters_T2[of_context[3], 1])
    assert CONTEXT[one.start : one.end] == one.text
    share = math.exp(4) / (math.exp(4) + len(of_context))  # the first token and all others of the context have e^0
    assert one.score == pytest.approx(share * share)
    logits[0] = 9.0
    (none,) = found.extracts([logits], examples, [CONTEXT], 10, may_be_none=True)
    assert (none.text, none.start, none.end) == ("", 0, 0)
    assert 0.9 < none.score < 1
