from collections.abc import Sequence

import numpy as np
import pytest

from acclimate.evaluate.hidden import Hidden, plan
from acclimate.evaluate.share import gain
from acclimate.evaluate.windows import Window, cut
from tests.evaluate.arms import FakeArm, record
from tests.tokenizers_made import byte_bpe, wordpiece


class Known:
    """Knows values of digits: 1 bit each; keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def bits(self, text: str, hidden: Sequence[tuple[int, int]]) -> np.ndarray:
        self.asked += [text[start:end] for start, end in hidden]
        return np.array([1.0 if text[start:end].isdigit() else np.nan for start, end in hidden])


def planned(content: str, arm: FakeArm) -> tuple[list[Window], list[Hidden]]:
    rows = [record(content)]
    windows = cut(rows, [arm], 0.0)
    return windows, plan(rows, windows, 0, 7)


def test_arms_and_floor_are_compared_on_what_the_floor_knows() -> None:
    windows, hidden = planned("<p>age:34</p><e>code:77</e><e>drug:iron</e>", FakeArm(wordpiece()))
    floor = Known()
    sizes = [one.bytes_U for one in hidden]
    digits = {2: 1.0, 4: 0.0}
    before_U = np.concatenate([[9.0 * digits[int(size)] for size in part] for part in sizes])
    after_U = np.concatenate([[3.0 * digits[int(size)] for size in part] for part in sizes])
    found = gain(floor, windows, hidden, {"before": before_U, "after": after_U}, np.zeros(3, dtype=np.int64), ("g",))
    assert sorted(floor.asked) == ["34", "77", "iron"]
    assert found is not None
    assert found.covered == pytest.approx(4 / 8)
    assert (found.floor.value, found.arms["before"].value) == (0.5, 4.5)
    assert found.share == pytest.approx((4.5 - 1.5) / (4.5 - 0.5))


def test_white_space_around_a_value_is_not_part_of_the_question() -> None:
    tokenizer = byte_bpe()
    tokenizer.backend_tokenizer.post_processor = None
    windows, hidden = planned("<p>a: patient</p>", FakeArm(tokenizer))
    assert [windows[0].text[slice(*span)] for one in hidden for span in one.spans_U2] == [" patient"]
    floor = Known()
    assert gain(floor, windows, hidden, {}, np.zeros(1, dtype=np.int64), ("g",)) is None
    assert floor.asked == ["patient"]


def test_a_span_that_is_not_one_value_has_no_floor() -> None:
    windows, hidden = planned("<p>age:34</p>", FakeArm(wordpiece()))
    widened = [Hidden(0, one.spans_U2, one.bytes_U, np.array([-1])) for one in hidden]
    assert gain(Known(), windows, widened, {}, np.zeros(1, dtype=np.int64), ("g",)) is None


def test_no_share_without_a_base_or_where_nothing_can_be_gained() -> None:
    windows, hidden = planned("<p>age:34</p>", FakeArm(wordpiece()))
    place_U, one = np.zeros(1, dtype=np.int64), np.ones(1)
    for arms in ({"after": one}, {"before": one, "after": one}):
        found = gain(Known(), windows, hidden, arms, place_U, ("g",))
        assert found is not None
        assert found.share is None
