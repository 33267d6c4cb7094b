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


def test_an_unknown_speaker() -> None:
    table = rows(conversations=[said(("human", "u"), ("narrator", "n"), ("gpt", "a"))])
    assert faults(Conversations().shape, table) == ["1 rows have a turn of the unknown role 'narrator': r0"]
