"""Entities come back: text -> ids -> labels -> what a perfect head says -> the same spans, as far as token borders allow.

A token (a word, where the data came in words) that touches an entity belongs to it whole; one that touches two belongs to
the first. So an entity whose borders are borders of tokens comes back to the character, any other grows to them, and one
that no token touches (the tokenizer drops it), or whose tokens are all the entity's before it, can't be found.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acclimate.compat.text_encoder import text_encoder
from acclimate.core.answers import Floats, Span
from acclimate.core.examples import Examples
from acclimate.core.rows import ROLE, ROW_ID
from acclimate.objective.tag import Tag
from acclimate.predict.spans import labels_of, spans
from acclimate.tokens.encode import encode
from acclimate.tokens.section import Tokens
from tests.tokenizers_made import TEN

LABELS = ("O", "B-X", "I-X", "B-Y", "I-Y")
each_tokenizer = pytest.mark.parametrize("name", TEN)
CHARACTERS = st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from(" patientulcer病人é😀\u0301\u200b"))
TEXTS = st.text(CHARACTERS, max_size=40)
Gold = list[tuple[int, int, str]]


@cache
def tokenizer(name: str) -> Any:
    return TEN[name]()


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    inner = text[start:end]
    return start + len(inner) - len(inner.lstrip()), end - len(inner) + len(inner.rstrip())


@st.composite
def gold_spans(draw: Any, text: str) -> Gold:
    """Some spans of a text that do not overlap, without white space around them."""
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=6)))
    placed = [trimmed(text, start, end) for start, end in pairwise(cuts) if draw(st.booleans())]
    return [(start, end, draw(st.sampled_from("XY"))) for start, end in placed if start < end]


def said_of(examples: Examples) -> list[Floats]:
    """What a head would say that has learnt everything: of the learnt tokens their labels."""
    units = [
        examples.units_T[begin:end] for begin, end in zip(examples.offsets_N1, examples.offsets_N1[1:], strict=False)
    ]
    return [8.0 * np.eye(len(LABELS))[units_T[units_T >= 0]] for units_T in units]


def came_back(name: str, task: Tag, text: str, gold: Gold, words: Any, **options: Any) -> Gold:
    row: dict[str, Any] = {"text": [text], ROW_ID: ["a:1"], ROLE: ["train"]}
    row["entities"] = [[{"start": start, "end": end, "label": label} for start, end, label in gold]]
    if words is not None:
        row["word_spans"] = [words]
    tokens = Tokens(unlabelled="drop", **options)
    examples = encode(pa.table(row), tokenizer(name), task, tokens, 512, "tokens", places=True).examples
    given_words = task.words({"word_spans": words}, text)
    found = spans(said_of(examples), examples, [text], [given_words], LABELS)[0]
    return [(one.start, one.end, one.label) for one in found]


def wanted(name: str, text: str, gold: Gold, words: Any) -> Gold:
    """The same by sets of characters: each token takes the characters that no token before it took."""
    pieces = next(text_encoder(tokenizer(name), [], add_end=False).pieces([text]))
    taken: set[int] = set()
    found: dict[tuple[int, int, str], set[int]] = {}
    for start, end in zip(pieces.starts_T.tolist(), pieces.ends_T.tolist(), strict=True):
        mine = set(range(start, end))
        if words is not None:
            mine = {place for word in words if mine & set(range(*word)) for place in range(*word)}
        mine -= taken
        taken |= mine
        entity = next((one for one in gold if mine & set(range(one[0], one[1]))), None)
        if entity is not None and any(not text[place].isspace() for place in mine):
            found.setdefault(entity, set()).update(mine)
    return [(*trimmed(text, min(places), max(places) + 1), entity[2]) for entity, places in found.items()]


@each_tokenizer
@pytest.mark.parametrize("stride", [0, 2])
@settings(max_examples=30, deadline=None)
@given(data=st.data(), text=TEXTS)
def test_any_text_comes_back(name: str, stride: int, data: st.DataObject, text: str) -> None:
    gold = data.draw(gold_spans(text))
    for options in ({}, {"max_length": 8, "stride": stride}):
        found = came_back(name, Tag(labels=LABELS, align="all"), text, gold, None, **options)
        assert found == wanted(name, text, gold, None)


@each_tokenizer
@settings(max_examples=30, deadline=None)
@given(data=st.data(), text=TEXTS)
def test_entities_between_borders_of_tokens_come_back_to_the_character(
    name: str, data: st.DataObject, text: str
) -> None:
    pieces = next(text_encoder(tokenizer(name), [], add_end=False).pieces([text]))
    tokens = list(zip(pieces.starts_T.tolist(), pieces.ends_T.tolist(), strict=True))
    clean = [n for n in range(len(tokens)) if all(end <= tokens[n][0] for _, end in tokens[:n])]
    cuts = sorted(data.draw(st.sets(st.sampled_from(clean), max_size=5))) if clean else []
    placed = [trimmed(text, tokens[a][0], max(end for _, end in tokens[a:b])) for a, b in pairwise(cuts)]
    gold = [(start, end, "X") for start, end in placed if start < end]
    assert came_back(name, Tag(labels=LABELS), text, gold, None) == gold


@each_tokenizer
@pytest.mark.parametrize("align", ["first", "all"])
@settings(max_examples=30, deadline=None)
@given(data=st.data(), words=st.lists(TEXTS.map(lambda text: "".join(text.split())).filter(bool), max_size=8))
def test_words_come_back_whole(name: str, align: Any, data: st.DataObject, words: list[str]) -> None:
    text, places = " ".join(words), []
    for word in words:
        start = places[-1][1] + 1 if places else 0
        places.append([start, start + len(word)])
    gold = []
    for begin, end in pairwise(sorted(data.draw(st.sets(st.integers(0, len(words)), max_size=5)))):
        if data.draw(st.booleans()):
            gold.append((places[begin][0], places[end - 1][1], data.draw(st.sampled_from("XY"))))
    for options in ({}, {"max_length": 8, "stride": 0}):
        assert came_back(name, Tag(labels=LABELS, align=align), text, gold, places, **options) == wanted(
            name, text, gold, places
        )


def test_a_score_is_the_mean_probability_of_the_tags_that_were_said() -> None:
    """Two words, said B-X with 0.9 and I-X with 0.6; then O."""
    text = "aspirin ulcer dose"
    table = pa.table({"text": [text], ROW_ID: ["a:1"], ROLE: ["train"], "entities": [[]]})
    task = Tag(labels=("O", "B-X", "I-X"))
    examples = encode(table, tokenizer("wordpiece"), task, Tokens(), 64, "tokens", places=True).examples
    said = np.log(np.array([[0.05, 0.9, 0.05], [0.2, 0.2, 0.6], [0.8, 0.1, 0.1]]))
    (one,) = spans([said], examples, [text], [None], task.labels)[0]
    assert (one.start, one.end, one.label) == (0, 13, "X")
    assert one.score == pytest.approx(0.75)


def test_labels_are_named_once_in_their_order() -> None:
    assert labels_of(LABELS) == ("X", "Y")
    assert Span(0, 1, "X").score == 1.0
