import pytest

from acclimate.objective.forms.messages import Messages
from acclimate.objective.forms.recognise import conversations
from tests.objective.conversations_made import faults, rows, turns


def said(*pairs: tuple[str, str | None]) -> list[dict[str, str | None]]:
    return [{"role": role, "content": content} for role, content in pairs]


GOOD = said(("system", "s"), ("user", "u"), ("assistant", "a"), ("tool", "t"), ("assistant", "b"))


def test_they_stay_as_they_are() -> None:
    table = rows(messages=[GOOD])
    assert Messages().fits(table)
    made, _, sentence = Messages().shape(table, "objective")
    assert turns(made) == [[("system", "s"), ("user", "u"), ("assistant", "a"), ("tool", "t"), ("assistant", "b")]]
    assert made.column("text").to_pylist() == ["s\nu\na\nt\nb"]
    assert sentence == "messages, role and content of each turn"


@pytest.mark.parametrize("column", ["Messages", "conversations"])
def test_they_may_be_called_otherwise(column: str) -> None:
    made, _, sentence = conversations(rows(**{column: [said(("User", "u"), ("assistant", "a"))]}), None, "objective")
    assert turns(made) == [[("user", "u"), ("assistant", "a")]]
    assert sentence == f"rows are read as messages: {column}, role and content of each turn"


@pytest.mark.parametrize(
    "messages, fault",
    [
        (said(("user", "u"), ("bot", "a")), "1 rows have a turn of the unknown role 'bot': r1"),
        (said(("user", "u"), ("assistant", "")), "1 rows have an empty answer: r1"),
        (said(("user", "u"), ("assistant", "a"), ("assistant", " \n")), "1 rows have an empty answer: r1"),
        (said(("system", "s"), ("user", "u")), "1 rows have no turn of the assistant, and so nothing to learn: r1"),
        (GOOD + said(("user", "v")), "1 rows end with a turn of the user, which nobody answers: r1"),
        (said(("user", None), ("assistant", "a")), "1 rows have a turn without content: r1"),
        ([], "1 rows have no messages: r1"),
        (None, "1 rows have no messages: r1"),
    ],
)
def test_what_can_not_be_learnt_from_is_named(messages: list[dict[str, str | None]] | None, fault: str) -> None:
    assert faults(Messages().shape, rows(messages=[GOOD, messages])) == [fault]


def test_other_keys_are_named_and_calls_of_tools_refused() -> None:
    turn = [{"role": "user", "content": "u", "name": "Ann"}, {"role": "assistant", "content": "a", "name": None}]
    _, _, sentence = Messages().shape(rows(messages=[turn]), "objective")
    assert sentence.endswith("(left out: name)")
    calling = [
        {"role": "user", "content": "u", "tool_calls": []},
        {"role": "assistant", "content": "a", "tool_calls": ["f"]},
    ]
    assert faults(Messages().shape, rows(messages=[calling])) == ["turns of 'messages' hold tool_calls"]


def test_a_column_of_something_else() -> None:
    assert not Messages().fits(rows(messages=["text"]))
    assert faults(Messages().shape, rows(messages=["text"])) == ["column 'messages' holds string"]
    assert faults(Messages(column="chat").shape, rows(messages=[GOOD])) == ["no column 'chat'"]
