import socket

import pytest

from acclimate.compat.presidio import installed, presidio_spans
from acclimate.core.identifiers.kinds import KINDS
from acclimate.core.identifiers.spans import find
from acclimate.prepare.pseudonymise import Pseudonymise
from tests.prepare.made import table

TEXT = "Her NHS no 943 476 5919, NINO AB 12 34 56 C; telephone 0171 555 0123. Card 4111111111111111 of 2020-01-05."


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("presidio_analyzer", reason="presidio is not installed: pip install 'acclimate[privacy]'")

    def refuse(*_: object) -> None:
        raise AssertionError("presidio reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.usefixtures("no_network")
def test_the_real_presidio_finds_more_without_a_network() -> None:
    found = {(span.kind, TEXT[span.start : span.end]) for span in presidio_spans(TEXT, KINDS)}
    assert ("record_number", "943 476 5919") in found
    assert ("national_id", "AB 12 34 56 C") in found
    assert ("account", "4111111111111111") in found
    assert ("phone", "0171 555 0123") in found, "a label nearby makes a form sure"
    assert not [kind for kind, _ in found if kind in ("date", "key")]
    assert {span.kind for span in presidio_spans(TEXT, ["phone"])} == {"phone"}
    assert installed().startswith("presidio 2.")


@pytest.mark.usefixtures("no_network")
def test_pseudonymise_takes_what_presidio_finds() -> None:
    rows = table(note=[TEXT])
    plain, more = (
        Pseudonymise(columns={}, dates=(), presidio=use).apply(rows, "prepare.0", 0)[0].column("note").to_pylist()[0]
        for use in (False, True)
    )
    assert "AB 12 34 56 C" in plain
    assert "AB 12 34 56 C" not in more
    assert Pseudonymise(presidio=True).inputs("prepare.0") == {"presidio": installed()}


def test_what_others_find_joins_where_nothing_is_taken() -> None:
    text = "call 617-555-0123 or ZZ-99"
    start = text.index("ZZ")
    also = [type(find(text)[0])("key", start, len(text)), type(find(text)[0])("key", 0, 9)]
    assert [(span.kind, text[span.start : span.end]) for span in find(text, also=also)] == [
        ("phone", "617-555-0123"),
        ("key", "ZZ-99"),
    ]
