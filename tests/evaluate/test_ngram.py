import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from acclimate.evaluate.ngram import ByteModel


def test_one_byte_by_hand() -> None:
    """Each order has one gram of count 1 and D = 1/2: p_k = 1/2 + p_{k-1} / 2 for the byte seen, else p_{k-1} / 2."""
    model = ByteModel([b"a"])
    assert model.bits(b"a")[0] == pytest.approx(-math.log2(1 - 255 / 256 / 32))
    assert model.bits(b"b")[0] == pytest.approx(8 + 5)


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=4), st.binary(max_size=6))
def test_the_probabilities_of_the_next_byte_add_up_to_one(training: list[bytes], before: bytes) -> None:
    model = ByteModel(training)
    chances = [2 ** -model.bits(before + bytes([byte]))[-1] for byte in range(256)]
    assert sum(chances) == pytest.approx(1.0, abs=1e-9)


def test_lower_orders_count_in_how_many_places_a_byte_was_seen() -> None:
    """b follows a nine times, c follows three different bytes: after what was never seen, c is the likelier."""
    model = ByteModel([b"ab"] * 9 + [b"xc", b"yc", b"zc"])
    bits = {byte: model.bits(b"q" + byte)[1] for byte in (b"b", b"c")}
    assert bits[b"c"] < bits[b"b"]


def test_what_was_read_often_costs_next_to_nothing_and_nothing_read_costs_eight_bits() -> None:
    text = b"the patient was seen at the hospital. " * 50
    assert ByteModel([text]).bits(text)[200:].mean() < 0.2
    assert np.allclose(ByteModel([]).bits(b"anything"), 8.0)
    assert len(ByteModel([text]).bits(b"")) == 0
