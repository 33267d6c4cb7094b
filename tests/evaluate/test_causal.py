import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import pre_tokenizers

from acclimate.evaluate.causal import STRIDE, WindowResults, count, first_counted, score_text
from acclimate.evaluate.rows import EvalText
from acclimate.evaluate.windows import cut
from tests.evaluate.arms import RECORD, FakeArm, record, text, with_tags, without_unknown, word_level, word_piece
from tests.evaluate.test_windows import TEXTS
from tests.tokenizers_made import byte_bpe, unigram


def ignore(done: int) -> None:
    pass


def scored(rows: list[EvalText], arms: list[FakeArm], number: int = 0) -> WindowResults:
    windows = cut(rows, arms, 1 - STRIDE)
    return score_text(arms[number], number, windows, count(rows, windows), ignore)


def test_every_token_but_the_first_is_asked_for_at_the_place_before_it() -> None:
    arm = FakeArm(word_level("a b c"), lambda ids, position, target: 0.5**target, causal=True)
    found = scored([text("a b c")], [arm])
    assert arm.asked == [([3, 4, 5], [0, 1], [4, 5])]
    assert (found.bits_W.tolist(), found.tokens_W.tolist()) == ([9.0], [2.0])


def test_with_a_beginning_the_first_token_counts_and_the_beginning_does_not() -> None:
    arm = FakeArm(word_level("a b c", bos=True), lambda ids, position, target: 0.5**target, causal=True)
    assert scored([text("a b c")], [arm]).bits_W.tolist() == [12.0]
    assert arm.asked == [([2, 3, 4, 5], [0, 1, 2], [3, 4, 5])]


def test_characters_that_one_arm_can_not_be_asked_for_are_left_out_for_all() -> None:
    """Without a beginning `ab` is out. The other arm begins with [CLS] and still must not count it."""
    rows = [text("ab c")]
    arms = [FakeArm(word_level("ab c")), FakeArm(word_level("ab c", bos=True))]
    windows = cut(rows, arms, 0.5)
    assert first_counted(windows[0]) == 2
    assert [(one.bytes, one.words) for one in count(rows, windows)] == [(2, 1)]
    assert [scored(rows, arms, number).tokens_W.tolist() for number in (0, 1)] == [[1.0], [1.0]]


def test_what_is_left_out_ends_where_all_arms_have_a_border() -> None:
    rows = [text("abc d")]
    whole, pieces = FakeArm(word_level("abc d", bos=True)), FakeArm(word_piece("a ##bc d"))
    assert first_counted(cut(rows, [pieces, pieces], 0.5)[0]) == 1
    assert first_counted(cut(rows, [pieces, whole], 0.5)[0]) == 3


def test_only_values_count_for_values() -> None:
    """Of values are the tokens 34 F E11 ( new ) E11 iron 5 mg, one bit each; separators and tags are not."""
    arm = FakeArm(with_tags(word_level("age 34 sex F code E11 drug new iron 5 mg : , ( )", bos=True)), causal=True)
    rows = [record()]
    windows = cut(rows, [arm], 0.5)
    (counted,) = count(rows, windows)
    assert (counted.bytes, counted.value_bytes) == (len(RECORD), len("34FE11(new)E11iron5 mg"))
    found = score_text(arm, 0, windows, [counted], ignore)
    assert found.value_bits_W.tolist() == [10.0]
    assert found.bits_W.tolist() == found.tokens_W.tolist() == [float(len(windows[0].encoded[0]) - 1)]


def test_a_token_counts_for_the_value_that_holds_its_last_character() -> None:
    tokenizer = word_piece("<p>k ##:x ##</p><e>k ##:va ##l</e>")
    tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    arm = FakeArm(tokenizer, lambda ids, position, target: 0.5**target, causal=True)
    found = scored([record("<p>k:x</p><e>k:val</e>")], [arm])
    assert found.bits_W.tolist() == [4 + 5 + 6 + 7]
    assert found.value_bits_W.tolist() == [4 + 6]


def test_unknown_and_dropped_characters_cost_eight_bits_a_byte() -> None:
    arms = [FakeArm(word_level("a b", bos=True)), FakeArm(without_unknown("a b z"))]
    found = scored([text("a zé b")], arms)
    assert found.bits_W.tolist() == [8 * 3 + 1]
    assert (found.unknown_W.tolist(), found.value_unknown_W.tolist()) == ([3.0], [0.0])
    assert scored([text("b a z")], [arms[1], FakeArm(without_unknown("a b"))], 1).bits_W.tolist() == [8 + 1]


@settings(max_examples=50, deadline=None)
@given(content=TEXTS, longest=st.integers(12, 40), tagged=st.booleans())
def test_every_byte_and_every_token_of_a_long_text_is_counted_once(content: str, longest: int, tagged: bool) -> None:
    """Windows overlap; what is counted does not. With a beginning nothing is left out."""
    row = record(f"<p>age:3</p><e>{content}</e>") if tagged else text(content)
    arms = [FakeArm(byte_bpe(bos=True), max_length=longest, causal=True), FakeArm(unigram(), max_length=longest)]
    windows = cut([row], arms, 1 - STRIDE)
    counted = count([row], windows)
    assert sum(one.bytes for one in counted) == len(row.text.encode())
    values = sum(len(row.text[start:end].encode()) for start, end in row.units()) if tagged else 0
    assert sum(one.value_bytes for one in counted) == values
    found = score_text(arms[0], 0, windows, counted, ignore)
    assert np.all(found.value_bits_W <= found.bits_W)
    if len(windows) == 1:
        assert found.tokens_W.tolist() == [float(len(windows[0].encoded[0]) - 1)]


def test_words_are_counted_where_they_begin() -> None:
    rows = [text("a b c d e f g h")]
    windows = cut(rows, [FakeArm(word_level("a b c d e f g h", bos=True), max_length=5)], 0.5)
    counted = count(rows, windows)
    assert len(windows) == 3
    assert sum(one.words for one in counted) == 8
    assert sum(one.bytes for one in counted) == 15


def test_a_text_of_one_token_without_beginning_measures_nothing() -> None:
    found = scored([text("a")], [FakeArm(word_level("a"), causal=True)])
    assert (found.bits_W.tolist(), found.tokens_W.tolist()) == ([0.0], [0.0])
    assert found.bits_W[0] == pytest.approx(0)
