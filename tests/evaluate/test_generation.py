from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acclimate.core.decoding import Decoding
from acclimate.core.errors import UserError
from acclimate.core.recipe import validate
from acclimate.evaluate.generation import Generation, spread
from acclimate.evaluate.generation_words import left_out, of_shots, on_suite, on_test_rows, way
from acclimate.evaluate.rows import EvalText


@given(st.lists(st.sampled_from("abcd"), max_size=30), st.integers(0, 30), st.integers(0, 3))
def test_rows_are_spread_as_evenly_over_the_groups_as_they_come(groups: list[str], most: int, seed: int) -> None:
    texts = [EvalText(f"r{number}", group, "") for number, group in enumerate(groups)]
    drawn = spread(texts, most, seed)
    assert len(drawn) == min(most, len(texts))
    assert drawn == [one for one in texts if one in drawn], "in their order"
    sizes, taken = Counter(groups), Counter(one.group for one in drawn)
    fewest = min((taken[group] for group in sizes if taken[group] < sizes[group]), default=most)
    assert all(count <= fewest + 1 for count in taken.values())


def test_the_draw_depends_on_the_seed_alone() -> None:
    texts = [EvalText(f"r{number}", f"g{number}", "") for number in range(60)]
    assert spread(texts, 9, 0) == spread(texts, 9, 0)
    assert spread(texts, 9, 0) != spread(texts, 9, 1)


def test_answers_stay_short_whatever_else_is_set() -> None:
    assert Generation().decoding == Decoding(max_new_tokens=128)
    assert validate(Generation, {"decoding": {"temperature": 0.7}}).decoding.max_new_tokens == 128
    assert validate(Generation, {"decoding": {"max_new_tokens": 9}}).decoding.max_new_tokens == 9
    with pytest.raises(UserError, match="rows"):
        validate(Generation, {"rows": -1})


def test_how_is_said_in_words() -> None:
    assert way(Decoding(max_new_tokens=9)) == "the most probable token each time, at most 9 tokens"
    sampled = Decoding(temperature=0.7, top_p=0.9, top_k=5, seed=3, stop=("User:",))
    assert (
        way(sampled) == "sampled at temperature 0.7, top_p 0.9, top_k 5, seed 3, at most 256 tokens, and up to 'User:'"
    )
    assert on_test_rows(40, 250, 30, "urls", Decoding()).startswith(
        "40 of the 250 test rows that were measured (30 urls)"
    )
    assert of_shots([3, 3, 1], 3).startswith(
        "The base also answered with 3 worked examples of training rows before each"
    )
    assert "(1 question left room for fewer)" in of_shots([3, 3, 1], 3)
    assert "2 worked examples of training rows (all that fit of 3) before" in of_shots([2, 2], 3)
    assert "no 3 training rows fit" in of_shots([0, 0], 3)
    assert of_shots([], 3) == of_shots([0], 0) == left_out(0, "prompt") == ""
    assert on_suite(["dosing", "", "dosing"], Decoding()).startswith(
        "Both answered 3 prompts of the recipe (dosing: 2):"
    )
