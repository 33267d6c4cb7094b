import numpy as np
import pytest

from acclimate.core.errors import UserError
from acclimate.core.text import Spans
from acclimate.evaluate.hidden import Hidden
from acclimate.evaluate.masked import AT_ONCE, UnitResults, score_hidden
from acclimate.evaluate.windows import Window, cut
from tests.evaluate.arms import FakeArm, text, without_unknown, word_piece

MASK = 1


def ignore(done: int) -> None:
    pass


def hide(windows: list[Window], *spans: tuple[int, int], window: int = 0) -> Hidden:
    spans_U2: Spans = np.array(spans, dtype=np.int32)
    sizes = [len(windows[window].text[start:end].encode()) for start, end in spans]
    return Hidden(window, spans_U2, np.array(sizes), np.arange(len(spans)))


def scored(arm: FakeArm, content: str, *spans: tuple[int, int]) -> UnitResults:
    windows = cut([text(content)], [arm], 0.0)
    return score_hidden(arm, 0, windows, [hide(windows, *spans)], ignore)


def test_pieces_are_shown_one_after_another_and_nothing_else_is() -> None:
    """ids: a 3, ##b 4, ##c 5, d 6. All hidden pieces are masked; pass j shows j - 1 pieces of each unit."""
    chances = {3: 0.5, 4: 0.25, 5: 0.125, 6: 0.0625}
    arm = FakeArm(word_piece("a ##b ##c d"), lambda ids, position, target: chances[target])
    found = scored(arm, "abc d d ab", (0, 3), (4, 5), (8, 10))
    assert arm.asked == [
        ([MASK, MASK, MASK, MASK, 6, MASK, MASK], [0, 3, 5], [3, 6, 3]),
        ([3, MASK, MASK, 6, 6, 3, MASK], [1, 6], [4, 4]),
        ([3, 4, MASK, 6, 6, 3, 4], [2], [5]),
    ]
    assert found.bits_U.tolist() == pytest.approx([1 + 2 + 3, 4, 1 + 2])


def test_a_unit_is_right_only_if_every_piece_is_the_first_choice() -> None:
    arm = FakeArm(word_piece("a ##b ##c d"), lambda ids, position, target: 0.25 if target == 5 else 0.75)
    assert scored(arm, "abc ab d", (0, 3), (4, 6), (7, 8)).right_U.tolist() == [False, True, True]


def test_unknown_costs_eight_bits_a_byte_and_is_never_right() -> None:
    arm = FakeArm(word_piece("a ##b"), lambda ids, position, target: 0.75)
    found = scored(arm, "ab zé ab", (0, 2), (3, 5))
    assert found.bits_U.tolist() == pytest.approx([-2 * np.log2(0.75), 8 * 3])
    assert found.right_U.tolist() == [True, False]
    assert found.unknown_U.tolist() == [0, 3]


def test_a_unit_that_this_arm_has_no_token_for_costs_eight_bits_a_byte() -> None:
    arm, other = FakeArm(without_unknown("a b"), lambda *_: 0.75), FakeArm(without_unknown("a b é x"))
    windows = cut([text("a éx b")], [arm, other], 0.0)
    found = score_hidden(arm, 0, windows, [hide(windows, (2, 4), (5, 6))], ignore)
    assert found.bits_U.tolist() == pytest.approx([24, -np.log2(0.75)])
    assert (found.right_U.tolist(), found.unknown_U.tolist()) == ([False, True], [3, 0])
    assert score_hidden(other, 1, windows, [hide(windows, (2, 4))], ignore).bits_U.tolist() == pytest.approx([2])


def test_many_windows_go_to_the_arm_in_parts_and_keep_their_order() -> None:
    class Counting(FakeArm):
        def score(self, documents, positions, targets):
            calls.append(len(documents))
            return super().score(documents, positions, targets)

    calls, told = [], []
    arm = Counting(word_piece("a ##b d"), lambda ids, position, target: 0.5 ** len(ids))
    rows = [text("ab d" if number % 2 else "d") for number in range(AT_ONCE + 3)]
    windows = cut(rows, [arm], 0.0)
    hidden = [hide(windows, (0, len(row.text.split()[0])), window=number) for number, row in enumerate(rows)]
    found = score_hidden(arm, 0, windows, hidden, told.append)
    assert calls == [AT_ONCE, AT_ONCE // 2, 3, 1]
    assert told == [AT_ONCE, AT_ONCE + 3]
    assert found.bits_U.tolist() == pytest.approx([6.0 if number % 2 else 1.0 for number in range(AT_ONCE + 3)])


def test_nothing_hidden_is_no_error_and_no_mask_token_is_one() -> None:
    assert len(score_hidden(FakeArm(word_piece("a")), 0, [], [], ignore).bits_U) == 0
    tokenizer = word_piece("a")
    tokenizer.mask_token = None
    with pytest.raises(UserError, match="no mask token"):
        score_hidden(FakeArm(tokenizer), 0, [], [], ignore)
