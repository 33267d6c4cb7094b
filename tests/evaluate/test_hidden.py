from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import pre_tokenizers
from transformers import PreTrainedTokenizerFast

from acclimate.core.seeds import hash64, mix
from acclimate.evaluate.encode import Encoded
from acclimate.evaluate.hidden import PASSES, Hidden, deal, plan, snap
from acclimate.evaluate.rows import EvalText
from acclimate.evaluate.windows import Window, cut
from tests.evaluate.arms import RECORD, FakeArm, one, record, text, with_tags, word_level
from tests.evaluate.test_windows import TEXTS
from tests.tokenizers_made import byte_bpe, unigram, wordpiece

BASE, TAGGED = byte_bpe(), with_tags(byte_bpe())


def planned(rows: list[EvalText], arms: list[FakeArm], passes: int = 7) -> tuple[list[Window], list[Hidden]]:
    windows = cut(rows, arms, 0.0)
    return windows, plan(rows, windows, 0, passes)


def said(windows: list[Window], hidden: list[Hidden]) -> list[str]:
    """The texts of all hidden spans, in order of window and place."""
    found = [(one.window, start, end) for one in hidden for start, end in one.spans_U2]
    return [windows[number].text[start:end] for number, start, end in sorted(found)]


def test_the_pass_of_a_unit_is_a_hash_of_seed_row_and_number_alone() -> None:
    assert deal(3, "row", 5).tolist() == [int(mix(3, hash64("row"), unit)) % 7 for unit in range(5)]
    assert deal(3, "row", 50)[:5].tolist() == deal(3, "row", 5).tolist()
    assert deal(3, "row", 50).tolist() != deal(4, "row", 50).tolist()
    shares = np.bincount(deal(0, "row", 70_000)) / 70_000
    assert shares == pytest.approx(np.full(7, 1 / 7), abs=0.006)


def test_seven_passes_hide_every_value_of_a_record_once_and_one_pass_a_part() -> None:
    arms = [FakeArm(word_level("age 34 sex F code E11 drug new iron 5 mg : , ( ) p e < > /"))]
    windows, hidden = planned([record()], arms)
    assert said(windows, hidden) == ["34", "F", "E11", "(new)", "E11", "iron", "5 mg"]
    assert [unit for hiding in hidden for unit in hiding.unit_U] == sorted(
        range(7), key=deal(0, "r", 7).tolist().__getitem__
    )
    assert [hiding.bytes_U.tolist() for hiding in hidden] == [
        (hiding.spans_U2[:, 1] - hiding.spans_U2[:, 0]).tolist() for hiding in hidden
    ]
    alone = planned([record()], arms, passes=1)[1]
    assert sum(len(hiding.bytes_U) for hiding in alone) == (deal(0, "r", 7) == 0).sum()


def test_a_token_over_a_border_widens_the_unit_for_every_arm() -> None:
    split, joined = one(word_level("ab ) , c"), "ab), c"), one(_joined("ab),"), "ab), c")
    assert snap(np.array([[0, 2], [5, 6]]), [split])[0].tolist() == [[0, 2], [5, 6]]
    for arms in ([split, joined], [joined, split]):
        spans, first_U = snap(np.array([[0, 2], [5, 6]]), arms)
        assert spans.tolist() == [[0, 4], [5, 6]]
        assert first_U.tolist() == [0, 1]


def test_growing_goes_on_until_no_token_is_cut() -> None:
    """`b` grows to `bc` by the first arm, to `bcd` by the second, and no further."""
    encoded = [_pieces([0, 1, 3, 4]), _pieces([0, 1, 2, 4])]
    assert snap(np.array([[1, 2]]), encoded)[0].tolist() == [[1, 4]]
    assert snap(np.array([[0, 1]]), encoded)[0].tolist() == [[0, 1]]


def _pieces(borders: list[int]) -> Encoded:
    places = np.array(borders, dtype=np.int32)
    count = len(borders) - 1
    return Encoded(np.arange(count, dtype=np.int32), np.arange(count, dtype=np.int32), places[:-1], places[1:])


def test_units_that_one_token_ties_together_become_one() -> None:
    encoded = one(word_level("patient"), "patient")
    spans, first_U = snap(np.array([[0, 2], [3, 4], [5, 7]]), [encoded])
    assert spans.tolist() == [[0, 7]]
    assert first_U.tolist() == [0]


def test_a_value_with_white_space_taken_in_is_still_that_value() -> None:
    """Byte-level tokens hold the space before them: the span grows by it, the unit stays known."""
    tokenizer = byte_bpe()
    tokenizer.backend_tokenizer.post_processor = None
    row = record("<p>a:1</p><e>code: patient</e>")
    windows, hidden = planned([row], [FakeArm(tokenizer)])
    grown = dict(zip(said(windows, hidden), sorted(unit for hiding in hidden for unit in hiding.unit_U), strict=True))
    assert grown == {"1": 0, " patient": 1}


def test_a_widened_span_is_no_unit() -> None:
    row = text("ab, c")
    windows, hidden = planned([row], [FakeArm(word_level("ab , c")), FakeArm(_joined("ab,"))])
    assert said(windows, hidden) == ["ab,", "c"]
    assert sorted(unit for hiding in hidden for unit in hiding.unit_U) == [-1, 2]


def _joined(word: str) -> PreTrainedTokenizerFast:
    """A tokenizer that knows `word` as one token, punctuation and all."""
    tokenizer = word_level(f"{word} c")
    tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return tokenizer


def test_a_repeated_header_is_hidden_only_where_it_stands_first() -> None:
    arm = FakeArm(with_tags(word_level("age 34 sex F code E11 drug new iron 5 mg : , ( )")), max_length=24)
    windows, hidden = planned([record()], [arm])
    assert len(windows) == 2
    assert Counter(said(windows, hidden)) == Counter(["34", "F", "E11", "(new)", "E11", "iron", "5 mg"])


@settings(max_examples=60, deadline=None)
@given(content=TEXTS, tagged=st.booleans(), longest=st.integers(20, 60))
def test_every_arm_hides_the_same_bytes_and_every_unit_once(content: str, tagged: bool, longest: int) -> None:
    row = record(f"<p>age:3</p><e>{content}</e>") if tagged else text(content)
    arms = [FakeArm(tokenizer, max_length=longest) for tokenizer in (wordpiece(), BASE, TAGGED, unigram())]
    windows, hidden = planned([row], arms)
    characters: Counter[tuple[int, int]] = Counter()
    for hiding in hidden:
        window = windows[hiding.window]
        for (start, end), size, unit in zip(hiding.spans_U2.tolist(), hiding.bytes_U, hiding.unit_U, strict=True):
            assert 0 <= start < end <= len(window.text)
            assert size == len(window.text[start:end].encode())
            assert unit < 0 or window.text[start:end].strip() == row.text[slice(*row.units()[unit])].strip()
            characters.update((hiding.window, place) for place in range(start, end))
            for encoded in window.encoded:
                (first,), (last,) = encoded.touching(np.array([[start, end]]))
                assert all(start <= encoded.starts_T[place] for place in range(first, last))
                assert all(encoded.ends_T[place] <= end for place in range(first, last))
    assert max(characters.values(), default=1) == 1
    assert {hiding.window for hiding in hidden} <= set(range(len(windows)))
    measured = {(number, place) for number, window in enumerate(windows) for place in _measured_units(row, window)}
    assert measured <= set(characters)


def _measured_units(row: EvalText, window: Window) -> list[int]:
    """Characters of units in the measured part that some arm has a token for."""
    covered_C = np.any([encoded.covered(len(window.text)) for encoded in window.encoded], axis=0)
    inside = [place for start, end in row.units() for place in range(start, end)]
    inside = [window.place(place) for place in inside if window.score_start <= place < window.end]
    return [place for place in inside if covered_C[place]]


def test_passes_are_seven() -> None:
    assert PASSES == 7
    assert len(planned([text("a b c d e f g h i j k l m n o p q")], [FakeArm(BASE)])[1]) <= 7


def test_the_same_is_hidden_whatever_windows_and_tokenizers() -> None:
    row = text(RECORD)
    for arms in ([FakeArm(wordpiece())], [FakeArm(wordpiece(), max_length=20)]):
        windows, hidden = planned([row], arms, passes=2)
        units = sorted(int(unit) for hiding in hidden for unit in hiding.unit_U)
        assert units == np.flatnonzero(deal(0, "r", len(row.units())) < 2).tolist()
        assert len(windows) >= 1
