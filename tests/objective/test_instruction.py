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


def test_a_missing_instruction_is_named() -> None:
    table = rows(instruction=[None, "x"], input=["y", "y"], output=["z", "z"])
    assert faults(Instruction().shape, table) == ["1 rows have no value in 'instruction': r0"]
