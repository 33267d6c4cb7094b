import json
from typing import Any

import pytest

from acclimate.objective.forms.instruction import Instruction
from tests.objective.conversations_made import faults, rows, turns


@pytest.mark.parametrize("more, output", [("input", "output"), ("context", "response")])
def test_the_input_stands_under_the_instruction(more: str, output: str) -> None:
    table = rows(instruction=["Sum up.", "Say hi."], **{more: ["A long text.", ""], output: ["Text.", "Hi."]})
    assert Instruction().fits(table)
    made, _, said = Instruction().shape(table, "objective")
    assert turns(made) == [
        [("user", "Sum up.\n\nA long text."), ("assistant", "Text.")],
        [("user", "Say hi."), ("assistant", "Hi.")],
    ]
    assert said == f"instruction + {more} -> user, {output} -> assistant"


def test_no_input_at_all() -> None:
    made, _, _ = Instruction().shape(rows(instruction=["Say hi."], output=["Hi."]), "objective")
    assert turns(made) == [[("user", "Say hi."), ("assistant", "Hi.")]]


EARLIER = [["q", "a"], ["r", "b"]]


@pytest.mark.parametrize(
    "cells", [[EARLIER, []], [EARLIER, None], [json.dumps(EARLIER), "[]"], [json.dumps(EARLIER), " "]]
)
def test_earlier_turns_stand_before_the_instruction(cells: list[Any]) -> None:
    table = rows(system=["s", ""], history=cells, instruction=["i", "j"], output=["x", "y"])
    made, _, said = Instruction().shape(table, "objective")
    first, second = turns(made)
    assert first[:3] == [("system", "s"), ("user", "q"), ("assistant", "a")]
    assert first[3:] == [("user", "r"), ("assistant", "b"), ("user", "i"), ("assistant", "x")]
    assert second == [("user", "j"), ("assistant", "y")]
    assert said == "system -> system, history -> turns before, instruction -> user, output -> assistant"


def test_some_other_history_is_left_alone_unless_it_is_named() -> None:
    table = rows(instruction=["i"], output=["x"], history=["He smoked."])
    made, _, _ = Instruction().shape(table, "objective")
    assert turns(made) == [[("user", "i"), ("assistant", "x")]]
    wrong = "'history' holds something else than earlier turns"
    assert faults(Instruction(history="history").shape, table) == [wrong]
    assert faults(Instruction().shape, rows(instruction=["i"], output=["x"], history=[[["q"]]])) == [wrong]


def test_a_missing_instruction_is_named() -> None:
    table = rows(instruction=[None, "x"], input=["y", "y"], output=["z", "z"])
    assert faults(Instruction().shape, table) == ["1 rows have no value in 'instruction': r0"]
