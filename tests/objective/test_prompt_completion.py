from acclimate.objective.forms.prompt_completion import PromptCompletion
from tests.objective.conversations_made import faults, rows, turns


def test_texts() -> None:
    table = rows(prompt=["p"], completion=["c"])
    assert PromptCompletion().fits(table)
    made, _, said = PromptCompletion().shape(table, "objective")
    assert turns(made) == [[("user", "p"), ("assistant", "c")]]
    assert said == "prompt -> user, completion -> assistant"


def test_lists_of_turns_as_trl_has_them() -> None:
    prompt = [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}]
    table = rows(prompt=[prompt], completion=[[{"role": "assistant", "content": "a"}]])
    assert PromptCompletion().fits(table)
    made, _, said = PromptCompletion().shape(table, "objective")
    assert turns(made) == [[("system", "s"), ("user", "u"), ("assistant", "a")]]
    assert made.column("text").to_pylist() == ["s\nu\na"]
    assert said == "prompt + completion, role and content of each turn"


def test_a_completion_of_nothing() -> None:
    assert faults(PromptCompletion().shape, rows(prompt=["p"], completion=[None])) == [
        "1 rows have no value in 'completion': r0"
    ]
    prompt, nothing = [[{"role": "user", "content": "u"}]], [None, [{"role": "assistant", "content": "a"}]][:1]
    table = rows(prompt=prompt * 2, completion=[*nothing, [{"role": "assistant", "content": "a"}]])
    assert faults(PromptCompletion().shape, table) == ["1 rows have no messages: r0"]
