"""The kinds of identifiers, what they are called in a sentence, and how an example is shown without being given away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal[
    "name", "birth_date", "national_id", "record_number", "account", "phone", "email", "address", "network", "device",
    "key", "date",
]  # fmt: skip
"""`key`: what links tables or numbers rows. `date`: any full date; it identifies nobody alone, but may have to be moved."""

KINDS: tuple[Kind, ...] = get_args(Kind)
PLURALS: dict[Kind, str] = {
    "name": "names of persons",
    "birth_date": "dates of birth",
    "national_id": "numbers of documents",
    "record_number": "record numbers",
    "account": "account or card numbers",
    "phone": "telephone numbers",
    "email": "e-mail addresses",
    "address": "addresses or places",
    "network": "network addresses",
    "device": "devices, logins or secrets",
    "key": "keys",
    "date": "dates",
}


@dataclass(frozen=True)
class Span:
    """What identifies somebody in a text: characters [start, end)."""

    kind: Kind
    start: int
    end: int


def masked(value: str) -> str:
    """Show the form of a value and nothing else: `617-555-0123` is `9**-***-****`, `Ann Lee` is `A** ***`.

    Digits and letters become `*`, the first one `9`, `A`, `a` or `某` (any digit, any letter, any character).
    """
    shown, first = [], True
    for character in value[:40]:
        if not character.isalnum():
            shown.append(character if character.isprintable() else " ")
            continue
        shown.append(_first(character) if first else "*")
        first = False
    return "".join(shown) + ("..." if len(value) > 40 else "")


def _first(character: str) -> str:
    if character.isdigit():
        return "9"
    if "\u3400" <= character <= "\u9fff":
        return "某"
    return "A" if character.isupper() else "a"
