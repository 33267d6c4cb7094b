"""What counts as one token when texts are compared: words, and characters where a script writes no spaces.

`rouge-score` as it comes drops all but a-z and 0-9, so that two identical Chinese sentences score 0.0. On text in English
both cut alike.
"""

from __future__ import annotations

import unicodedata
from typing import Literal

from acclimate.core.text import WITHOUT_SPACES

Tokens = Literal["script", "whitespace"]
NAMES: dict[Tokens, str] = {
    "script": "words; characters of scripts without spaces",
    "whitespace": "what stands between white space",
}
"""What the ways to cut are called in a score's unit."""


def tokens_of(text: str, way: Tokens) -> list[str]:
    """Give the tokens of a text."""
    return text.split() if way == "whitespace" else tokens_by_script(text)


def tokens_by_script(text: str) -> list[str]:
    """Give runs of letters and digits, and by itself each character of a script without spaces, all without case.

    An accent or vowel sign belongs to the character that it stands on. Marks, white space and apostrophes part tokens
    and are none.
    """
    tokens: list[str] = []
    may_grow = alone = False
    for character in unicodedata.normalize("NFC", text.casefold()):
        kind = unicodedata.category(character)[0]
        if kind not in "LMN":
            may_grow = False
            continue
        single = kind != "M" and WITHOUT_SPACES.match(character) is not None
        if may_grow and (kind == "M" or not (single or alone)):
            tokens[-1] += character
        else:
            tokens.append(character)
            alone = single
        may_grow = True
    return tokens


def apart(text: str) -> str:
    """Give the text with a space around each character of a script without spaces."""
    return WITHOUT_SPACES.sub(r" \g<0> ", text)
