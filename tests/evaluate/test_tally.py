import numpy as np
import pytest

from acclimate.evaluate.causal import WindowResults
from acclimate.evaluate.masked import UnitResults
from acclimate.evaluate.tally import causal_sums, masked_sums

GROUPS = ("p", "q")


def test_masked_scores_are_ratios_of_sums() -> None:
    result = UnitResults(np.array([3.0, 5.0, 4.0]), np.array([True, False, True]), np.zeros(3))
    bits, accuracy = masked_sums(result, np.array([2.0, 1.0, 3.0]), None, np.array([0, 0, 1]), GROUPS)
    assert (bits.numerator_G.tolist(), bits.denominator_G.tolist()) == ([8, 4], [3, 3])
    assert (bits.name, bits.unit, bits.better, bits.value) == ("bits_per_byte", "bits/byte of hidden words", "lower", 2)
    assert (accuracy.value, accuracy.n, accuracy.better) == (pytest.approx(2 / 3), 3, "higher")


def test_accuracy_of_values_is_also_given_for_repeated_and_for_new_ones() -> None:
    result = UnitResults(np.ones(3), np.array([True, False, True]), np.zeros(3))
    repeated_U = np.array([True, True, False])
    found = {one.name: one for one in masked_sums(result, np.ones(3), repeated_U, np.array([0, 1, 1]), GROUPS)}
    assert found["masked_accuracy_repeated"].value == 0.5
    assert found["masked_accuracy_new"].value == 1.0
    assert (found["masked_accuracy_repeated"].n, found["masked_accuracy_new"].n) == (2, 1)
    assert found["bits_per_byte"].unit == "bits/byte of hidden values"
    without = masked_sums(result, np.ones(3), np.ones(3, dtype=bool), np.array([0, 1, 1]), GROUPS)
    assert [one.name for one in without] == ["bits_per_byte", "masked_accuracy", "masked_accuracy_repeated"]


def causal(tagged: bool, by_token: bool) -> dict[str, float]:
    result = WindowResults(
        np.array([8.0, 4.0]), np.array([2.0, 1.0]), np.array([4.0, 2.0]), np.zeros(2), np.zeros(2), np.zeros(2)
    )
    sizes_W3 = np.array([[10.0, 5.0, 2.0], [2.0, 1.0, 1.0]])
    found = causal_sums(result, sizes_W3, np.array([0, 1]), GROUPS, tagged=tagged, by_token=by_token)
    return {f"{one.name}, {one.unit}": one.value for one in found}


def test_causal_scores_of_plain_text() -> None:
    assert causal(tagged=False, by_token=True) == pytest.approx(
        {"bits_per_byte, bits/byte": 1.0, "perplexity, exp(nats/token)": 2**2}
    )


def test_causal_scores_of_records_count_values_and_the_whole_apart() -> None:
    assert causal(tagged=True, by_token=False) == pytest.approx(
        {
            "bits_per_byte, bits/byte of values": 0.5,
            "bits_per_byte_all, bits/byte": 1.0,
            "perplexity, 2^(bits/word)": 2**4,
        }
    )


def test_what_was_not_measured_is_no_score() -> None:
    nothing = UnitResults(np.zeros(0), np.zeros(0, dtype=bool), np.zeros(0))
    assert masked_sums(nothing, np.zeros(0), None, np.zeros(0, dtype=np.int64), GROUPS) == []
    assert (
        causal_sums(
            WindowResults(*np.zeros((6, 0))),
            np.zeros((0, 3)),
            np.zeros(0, dtype=np.int64),
            GROUPS,
            tagged=True,
            by_token=True,
        )
        == []
    )
