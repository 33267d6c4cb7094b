import lzma

import numpy as np
import pytest

from acclimate.evaluate import text_floors as module
from acclimate.evaluate.measure import measure
from acclimate.evaluate.ngram import ByteModel
from acclimate.evaluate.section import Evaluate
from acclimate.evaluate.text_floors import text_floors
from tests.evaluate.arms import FakeArm, text, word_level
from tests.tokenizers_made import byte_bpe

WORDS = "the patient was seen at hospital für"
TRAIN = [text("the patient was seen at the hospital", f"t{number}") for number in range(5)]
TEST = [text("the patient was seen", "a", "x"), text("seen at the hospital für", "b", "y"), text("the", "c", "x")]


def test_a_decoder_is_asked_for_all_bytes_but_the_first_and_so_are_the_floors() -> None:
    measured = measure({"before": FakeArm(byte_bpe(), causal=True)}, TEST, Evaluate())
    ngram, xz = text_floors(TEST, measured, TRAIN, 0)
    asked = measured.sums["before"][0]
    assert ngram.groups == asked.groups == ("x", "y")
    assert ngram.denominator_G.tolist() == asked.denominator_G.tolist()
    assert (ngram.unit, xz.unit) == (
        "bits/byte that are needed by a 5-gram model of bytes",
        "bits/byte that are needed by xz",
    )
    training = b"\n".join(one.text.encode() for one in TRAIN) + b"\n"
    test = b"\n".join(one.text.encode() for one in TEST)
    assert xz.numerator_G.tolist() == [8 * (len(lzma.compress(training + test)) - len(lzma.compress(training)))]
    assert xz.denominator_G.tolist() == [len(test)]


def test_of_an_encoder_the_hidden_words_bytes_count() -> None:
    measured = measure({"before": FakeArm(word_level(WORDS))}, TEST, Evaluate(passes=7))
    (ngram,) = text_floors(TEST, measured, TRAIN, 0)
    assert ngram.denominator_G.tolist() == measured.sums["before"][0].denominator_G.tolist()
    model = ByteModel([one.text.encode() for one in TRAIN])
    for place, group in enumerate(("x", "y")):
        bits = [(model.bits(one.text.encode()), one.text.encode()) for one in TEST if one.group == group]
        words = sum(bits_N[np.frombuffer(raw, dtype=np.uint8) != ord(" ")].sum() for bits_N, raw in bits)
        assert ngram.numerator_G[place] == pytest.approx(words)


def test_much_text_is_drawn_from_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    measured = measure({"before": FakeArm(byte_bpe(), causal=True)}, TEST, Evaluate())
    monkeypatch.setattr(module, "MOST_BYTES", 40)
    first, again = (text_floors(TEST, measured, TRAIN, 3)[0] for _ in range(2))
    assert first.denominator_G.sum() < measured.sums["before"][0].denominator_G.sum()
    assert first.numerator_G.tolist() == again.numerator_G.tolist()
    assert "at most" in first.unit


def test_nothing_to_learn_from_is_no_floor() -> None:
    measured = measure({"before": FakeArm(byte_bpe(), causal=True)}, TEST, Evaluate())
    assert text_floors(TEST, measured, [], 0) == []
