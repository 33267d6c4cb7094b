from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from acclimate.evaluate.rows import byte_borders, choose, groups_of, sum_by
from tests.evaluate.arms import RECORD, record, text


def test_the_units_of_a_record_are_its_values_and_of_plain_text_its_words() -> None:
    found = [RECORD[start:end] for start, end in record().units()]
    assert found == ["34", "F", "E11", "(new)", "E11", "iron", "5 mg"]
    assert [(start, end) for start, end in text("Don't go. 病人").units()] == [
        (0, 5),
        (6, 8),
        (8, 9),
        (10, 11),
        (11, 12),
    ]
    assert (record().unit_name, text("a").unit_name) == ("values", "words")


def test_whole_groups_are_chosen_in_an_order_that_the_seed_decides() -> None:
    rows = [text("a", f"r{number}", f"g{number % 30}") for number in range(120)]
    chosen = choose(rows, 10, seed=1)
    assert len(chosen) == 10
    assert sorted(Counter(one.group for one in chosen).values()) == [2, 4, 4]
    assert chosen == sorted(chosen, key=rows.index)
    assert chosen == choose(rows, 10, seed=1) != choose(rows, 10, seed=2)
    assert choose(rows, None, 0) == choose(rows, 120, 0) == rows


def test_groups_keep_the_order_of_their_first_rows() -> None:
    groups, place_R = groups_of([text("x", "1", "b"), text("y", "2", "a"), text("z", "3", "b")])
    assert groups == ("b", "a")
    assert place_R.tolist() == [0, 1, 0]
    assert sum_by(place_R, [1, 2, 4], groups).tolist() == [5.0, 2.0]
    assert sum_by(np.zeros(0, dtype=np.int64), [], groups).tolist() == [0.0, 0.0]


@given(st.text())
def test_byte_borders_count_utf8(content: str) -> None:
    borders = byte_borders(content)
    assert len(borders) == len(content) + 1
    for place in range(len(content) + 1):
        assert borders[place] == len(content[:place].encode("utf-8", "surrogatepass"))
