"""Long documents use windows with stride: each token is learnt once, and every gold entity is scored, also past the first window and across a border."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from acclimate.core.answers import Floats, SpanAnswers
from acclimate.core.examples import Examples
from acclimate.core.rows import ROLE, ROW_ID
from acclimate.evaluate.metrics.entity_recall import EntityRecall
from acclimate.objective.tag import Tag
from acclimate.pipeline.found import span_answers
from acclimate.tokens.encode import encode
from acclimate.tokens.section import Tokens
from tests.tokenizers_made import byte_bpe, unigram, wordpiece

WORDS = ["the", "bleeding", "ulcer", "hospital", "artery"]
TAGS = ["O", "B-X", "I-X", "I-X", "O"]
ENTITIES = 24
STRIDES = pytest.mark.parametrize("stride", [0, 3])
TOKENIZERS = pytest.mark.parametrize("made", [wordpiece, byte_bpe, unigram])


def cut(made: Any, stride: int, align: str = "all") -> tuple[Tag, pa.Table, Examples]:
    """A row of 24 entities, in windows of 16 tokens."""
    rows = pa.table({ROW_ID: ["a:1"], ROLE: ["train"], "tokens": [WORDS * ENTITIES], "tags": [TAGS * ENTITIES]})
    task = Tag(align=align)
    shaped = task.shape(rows, "objective")[0]
    task = task.settled(shaped, "objective")
    tokens = Tokens(max_length=16, stride=stride)
    return task, shaped, encode(shaped, made(), task, tokens, 512, "tokens", places=True).examples


def perfect(task: Tag, examples: Examples) -> list[Floats]:
    """What a head says that has learnt every token."""
    borders = zip(examples.offsets_N1, examples.offsets_N1[1:], strict=False)
    units = [examples.units_T[begin:end] for begin, end in borders]
    return [9.0 * np.eye(len(task.labels))[units_T[units_T >= 0]] for units_T in units]


def recall(answers: SpanAnswers) -> float:
    return EntityRecall().sums(answers)[0].value


@STRIDES
@TOKENIZERS
@pytest.mark.parametrize("align", ["all", "first"])
def test_every_entity_is_found_wherever_windows_end(made: Any, stride: int, align: str) -> None:
    task, rows, examples = cut(made, stride, align)
    assert len(examples) > 8
    answers = span_answers(task, perfect(task, examples), examples, rows, ["a"])
    assert len(answers.gold[0]) == ENTITIES
    assert recall(answers) == 1.0
    assert [(one.start, one.end, one.label) for one in answers.said[0]] == [
        (one.start, one.end, one.label) for one in answers.gold[0]
    ]


@STRIDES
@TOKENIZERS
def test_entities_past_the_first_window_count_if_they_are_missed(made: Any, stride: int) -> None:
    task, rows, examples = cut(made, stride)
    said = perfect(task, examples)
    outside = np.eye(len(task.labels))[0]
    blind = [said[0], *(np.tile(outside, (len(one), 1)) for one in said[1:])]
    answers = span_answers(task, blind, examples, rows, ["a"])
    end = int(np.asarray(examples.characters_T2)[: examples.offsets_N1[1]].max())
    within = sum(one.end <= end for one in answers.gold[0])
    assert recall(answers) == pytest.approx(within / ENTITIES)


@STRIDES
@TOKENIZERS
def test_each_token_is_learnt_in_one_window(made: Any, stride: int) -> None:
    _, _, examples = cut(made, stride)
    learnt_L2 = np.asarray(examples.characters_T2)[examples.units_T >= 0]
    assert len(np.unique(learnt_L2, axis=0)) == len(learnt_L2)
    covered = np.zeros(learnt_L2.max(), dtype=np.bool_)
    for begin, end in learnt_L2:
        covered[begin:end] = True
    text = " ".join(WORDS * ENTITIES)
    assert covered[[place for place, character in enumerate(text) if character != " "]].all()
