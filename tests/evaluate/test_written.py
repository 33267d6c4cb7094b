"""Bits of the right answers: the same characters in every arm, each once, the template's words left out."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acclimate.compat.transformers.chat import Chat
from acclimate.compat.written_encoder import WrittenEncoder
from acclimate.core.errors import AcclimateError
from acclimate.core.rendered import Learn, Rendered
from acclimate.evaluate.measure import measure
from acclimate.evaluate.ngram import ByteModel
from acclimate.evaluate.rows import EvalText
from acclimate.evaluate.section import Evaluate
from acclimate.evaluate.text_floors import text_floors
from acclimate.evaluate.verdict import judge
from acclimate.evaluate.written import cut_answers
from tests.chat_templates import FAMILIES, tokenizer_of
from tests.evaluate.arms import FakeArm, TorchArm, text
from tests.tokenizers_made import unigram

CONTENTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=30).filter(str.strip)


def conversation(*contents: str, family: str = "chatml", learn: Learn = "answers", row_id: str = "r") -> EvalText:
    """A question, an answer, and so on."""
    turns = [{"role": ("user", "assistant")[number % 2], "content": content} for number, content in enumerate(contents)]
    written = Chat(tokenizer_of(family), "evaluate").rendered(turns, learn, row_id)
    return EvalText(row_id, f"group of {row_id}", "\n".join(contents), written=written)


def arm(family: str = "chatml", max_length: int = 512, **more: Any) -> FakeArm:
    return FakeArm(tokenizer_of(family), causal=True, max_length=max_length, **more)


def test_the_bits_are_those_of_a_plain_loop_over_the_answers_tokens() -> None:
    model = TorchArm(tokenizer_of("chatml"), "gpt2", max_length=400)
    texts = [conversation("the stent?", "was placed: für", "and then", "open", row_id="a"), conversation("x?", "no.")]
    bits, size = 0.0, 0
    for one in texts:
        assert one.written is not None
        (pieces,) = WrittenEncoder(model.tokenizer).pieces([one.written])
        told = model.log_probabilities(pieces.ids_T)
        for start, end in one.written.answers:
            size += len(one.written.text[start:end].encode())
            inside = [place for place in range(len(pieces.ids_T)) if start < pieces.ends_T[place] <= end]
            bits -= sum(float(told[place - 1, int(pieces.ids_T[place])]) for place in inside) / math.log(2)
    (found,) = [
        one for one in measure({"after": model}, texts, Evaluate()).sums["after"] if one.name == "bits_per_byte"
    ]
    assert size == len("was placed: füropenno.".encode())
    assert (found.unit, found.denominator_G.sum()) == ("bits/byte of the right answers", size)
    assert found.value == pytest.approx(bits / size, rel=1e-6)


@settings(max_examples=25)
@given(st.lists(CONTENTS, min_size=2, max_size=4).filter(lambda some: len(some) % 2 == 0), st.sampled_from([*FAMILIES]))
def test_answers_count_and_nothing_around_them(contents: list[str], family: str) -> None:
    """Whatever the texts are: the bytes of the answers, in these templates' form, and no token of the template."""
    one = conversation(*contents, family=family)
    assert one.written is not None
    windows, counted = cut_answers([one], [arm(family)])
    spans = [one.written.text[start:end] for start, end in one.written.answers]
    for content, span in zip(contents[1::2], spans, strict=True):
        assert span in (content, content.strip(), content.lstrip(), content.rstrip())
    said = sum(some.bytes for some in counted)
    assert said >= sum(len(span.encode()) for span in spans)
    assert all(len(window.encoded[0]) <= 512 for window in windows)
    marks = {tokenizer_of(family).convert_tokens_to_ids(mark) for mark in FAMILIES[family].special}
    for window, some in zip(windows, counted, strict=True):
        encoded = window.encoded[0]
        asked = encoded.ids_S[(encoded.ends_T > some.begin) & (encoded.starts_T < some.end)]
        assert not marks & set(asked.tolist())


def test_what_is_learnt_of_a_conversation_is_what_counts() -> None:
    asked = arm()
    for learn, answers in (("answers", "bd"), ("last", "d")):
        one = conversation("a", "b", "c", "d", learn=learn)  # type: ignore[arg-type]
        windows, counted = cut_answers([one], [asked])
        assert (
            "".join(window.text[some.begin : some.end] for window, some in zip(windows, counted, strict=True))
            == answers
        )


@pytest.mark.parametrize("longest", [12, 31, 64])
def test_of_a_long_conversation_each_byte_counts_once_with_half_a_window_before_it(longest: int) -> None:
    one = conversation("the patient was seen at the hospital", "in the morning he had his dose of iron. " * 5)
    arms = [arm(max_length=longest), FakeArm(unigram(), causal=True, max_length=longest)]
    windows, counted = cut_answers([one], arms)
    (whole,) = cut_answers([one], [arm(max_length=10_000), FakeArm(unigram(), causal=True, max_length=10_000)])[1]
    assert sum(some.bytes for some in counted) == whole.bytes
    assert [some.begin for some in counted[1:]] == [some.end for some in counted[:-1]]
    for window, some in zip(windows, counted, strict=True):
        for encoded in window.encoded:
            assert len(encoded) <= longest
            before = int((encoded.ends_T <= some.begin).sum())
            assert before >= min(longest // 2 - 1, int((encoded.starts_T < some.begin).sum()))
    bits = [one.value for one in measure({"after": arms[0]}, [one], Evaluate()).sums["after"]]
    alone = [one.value for one in measure({"after": arm(max_length=10_000)}, [one], Evaluate()).sums["after"]]
    assert bits == pytest.approx(alone), "at one bit a token no token is lost and none counts twice"


def test_a_beginning_of_sequence_stays_where_the_rest_of_the_beginning_goes() -> None:
    one = conversation("the patient was seen at the hospital", "in the morning he had his dose. " * 3, family="llama3")
    begin = tokenizer_of("llama3").bos_token_id
    windows, _ = cut_answers([one], [arm("llama3", max_length=24)])
    assert len(windows) > 2
    assert [int(window.encoded[0].ids_S[0]) for window in windows] == [begin] * len(windows)
    assert all(len(window.encoded[0]) <= 24 for window in windows)


def test_two_tokenizers_divide_by_the_same_bytes() -> None:
    arms = {"before": FakeArm(unigram(), causal=True), "after": arm()}
    found = measure(arms, [conversation("the stent?", "was placed at the hospital")], Evaluate()).sums
    before, after = found["before"][0], found["after"][0]
    assert before.denominator_G.tolist() == after.denominator_G.tolist()
    assert found["before"][1].unit == "2^(bits/word) of the right answers"


def test_texts_beside_conversations_are_refused() -> None:
    with pytest.raises(AcclimateError, match="no conversation"):
        measure({"after": arm()}, [conversation("a", "b"), text("a b")], Evaluate())


def test_the_floor_is_asked_for_the_answers_alone() -> None:
    texts = [
        conversation("the stent?", "was placed", row_id="a"),
        conversation("the dose?", "in the morning", row_id="b"),
    ]
    training = [text("the stent?\nwas seen"), text("the dose?\nwas seen in the morning")]
    measured = measure({"after": arm()}, texts, Evaluate())
    (ngram,) = text_floors(texts, measured, training, 0)
    assert ngram.denominator_G.tolist() == [len("was placed"), len("in the morning")]
    model = ByteModel([one.text.encode() for one in training])
    for place, one in enumerate(texts):
        ((start, end),) = one.written.answers if isinstance(one.written, Rendered) else ()
        bits_N = model.bits(one.read.encode())[start:end]
        assert ngram.numerator_G[place] == pytest.approx(float(np.sum(bits_N)))
    assert ngram.unit == "bits/byte of the right answers that are needed by a 5-gram model of bytes"


def test_the_verdict_says_of_what_the_bits_are() -> None:
    texts = [conversation("the stent?", f"was placed {number}", row_id=f"r{number}") for number in range(30)]
    arms = {"before": arm(), "after": arm(probability=lambda ids, position, target: 0.6)}
    found = measure(arms, texts, Evaluate()).sums
    said = judge(found["before"], found["after"], Evaluate(resamples=200), "patients")
    assert said.verdict == "better"
    assert "bits per byte of the right answers less than the base on 30 unseen patients" in said.sentence
