from dataclasses import replace

from acclimate.evaluate.metrics.answer_length import AnswerLength
from tests.evaluate.answers_made import answers, by_name

MADE = answers([("a", "x"), ("a", "y"), ("a", "z")], groups=["p", "q", "p"])


def test_length_and_the_share_cut() -> None:
    found = by_name(AnswerLength(), replace(MADE, tokens=(4, 8, 6), cut=(True, False, False)))
    length, cut = found["answer_length"], found["answers_cut"]
    assert (length.value, length.numerator_G.tolist(), length.denominator_G.tolist()) == (6.0, [10, 8], [2, 1])
    assert (cut.value, cut.numerator_G.tolist(), cut.unit) == (1 / 3, [1, 0], "share of answers cut at max_new_tokens")


def test_what_was_not_generated_has_neither() -> None:
    assert AnswerLength().sums(MADE) == []
