"""Pairs of texts: what the tokenizer would make of them, cut like transformers' longest_first, or in windows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acclimate.compat.text_encoder import text_encoder
from acclimate.core.errors import UserError
from acclimate.core.examples import Document, Supervised
from acclimate.tokens.cutter import Record
from acclimate.tokens.pairs import PairCutter
from tests.tokenizers_made import wordpiece

WORDS = ["the", "patient", "was", "seen", "at", "hospital", "dose"]
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=30).map(" ".join)


def documents(first: str, second: str, length: int, *, stride: int = 0, long: str = "right") -> list[Document]:
    encoder = text_encoder(wordpiece(), [], add_end=False)
    one, two = encoder.pieces([first, second])
    return (
        PairCutter(encoder, length, stride, long, "tokens")
        .made(Record("a:1", first, 0, [], second), one, two)
        .documents
    )


@given(texts, texts, st.integers(9, 40))
@settings(max_examples=60, deadline=None)
def test_a_pair_is_what_the_tokenizer_makes_of_it(first: str, second: str, length: int) -> None:
    tokenizer = wordpiece()
    theirs = tokenizer(first, second, truncation="longest_first", max_length=length)
    (document,) = documents(first, second, length)
    assert document.ids_T.tolist() == theirs["input_ids"]
    made = Supervised(document.ids_T, np.array([0, len(document.ids_T)]), np.zeros(0, int), np.zeros(0, int),
                      np.array([document.second], np.int32))  # fmt: skip
    if "token_type_ids" in theirs:
        assert made.second_T is not None
        assert made.second_T.tolist() == theirs["token_type_ids"]


def test_windows_repeat_the_question_and_learn_each_token_once() -> None:
    context = " ".join(WORDS * 6)
    found = documents("the dose", context, 16, stride=3, long="windows")
    assert len(found) > 3
    learnt = [
        (int(begin), int(end))
        for one in found
        for begin, end, repeated in zip(one.starts_T, one.ends_T, one.repeated_T, strict=True)
        if not repeated
    ]
    assert "".join(context[begin:end] for begin, end in learnt) == context.replace(" ", "")
    assert all(
        len(one.ids_T) <= 16 and one.ids_T[: one.second].tolist() == found[0].ids_T[: one.second].tolist()
        for one in found
    )


@pytest.mark.parametrize("stride", [0, 3])
def test_a_question_that_leaves_no_room_is_named_with_how_long_it_may_be(stride: int) -> None:
    with pytest.raises(UserError) as caught:
        documents(" ".join(WORDS * 2), "the dose", 16, stride=stride, long="windows")
    (fault,) = caught.value.faults
    assert fault.where == "tokens.max_length"
    assert fault.found == "a:1: the first text (the question) has 16 tokens, a window 16"
    longest = 12 - stride
    assert fault.allowed.startswith(f"a first text of at most {longest} tokens: a window holds beside it 3 that the")
    assert "shorten the text" in fault.do
    words = ["the", "patient", "was", "seen", "at", "the", "dose", "was", "seen", "at", "the", "dose"]
    assert documents(" ".join(words[:longest]), "the dose", 16, stride=stride, long="windows")
    with pytest.raises(UserError, match=f"has {longest + 1} tokens"):
        documents(" ".join([*words, "at"][: longest + 1]), "the dose", 16, stride=stride, long="windows")
