from acclimate.objective.forms.conversations import Conversations
from tests.objective.conversations_made import faults, rows, turns


def said(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"from": speaker, "value": value} for speaker, value in pairs]


def test_speakers_become_roles() -> None:
    table = rows(
        conversations=[said(("system", "s"), ("human", "u"), ("gpt", "a")), said(("user", "u"), ("assistant", "a"))]
    )
    assert Conversations().fits(table)
    made, _, sentence = Conversations().shape(table, "objective")
    assert turns(made) == [[("system", "s"), ("user", "u"), ("assistant", "a")], [("user", "u"), ("assistant", "a")]]
    assert sentence == "conversations, from and value of each turn"


def test_a_column_of_system_prompts_stands_before_those_without_one() -> None:
    talks = [said(("human", "u"), ("gpt", "a")), said(("system", "own"), ("human", "u"), ("gpt", "a"))]
    table = rows(conversations=[*talks, talks[0]], system=["s", "s", None])
    made, _, sentence = Conversations().shape(table, "objective")
    assert [messages[0] for messages in turns(made)] == [("system", "s"), ("system", "own"), ("user", "u")]
    assert sentence == "system -> system, conversations, from and value of each turn"
    assert faults(Conversations(system="be").shape, table) == ["no column 'be'"]


def test_capitals_do_not_matter() -> None:
    table = rows(Conversations=[said(("Human", "u"), (" GPT", "a"), ("Assistant", "b"))])
    assert Conversations().fits(table)
    made, _, _ = Conversations().shape(table, "objective")
    assert turns(made) == [[("user", "u"), ("assistant", "a"), ("assistant", "b")]]


def test_an_unknown_speaker() -> None:
    table = rows(conversations=[said(("human", "u"), ("narrator", "n"), ("gpt", "a"))])
    assert faults(Conversations().shape, table) == ["1 rows have a turn of the unknown role 'narrator': r0"]
