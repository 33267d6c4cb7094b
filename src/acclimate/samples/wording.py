"""How the samples put sentences together: `[a|b]` is one of several wordings, `{name}` a word or a figure."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np


def say(rng: np.random.Generator, template: str, facts: Mapping[str, str]) -> str:
    """Fill in the facts and choose among the wordings, innermost first; a fact may hold wordings itself."""
    text = template.format_map(facts)
    while "[" in text:
        text = re.sub(r"\[([^\[\]]*)\]", lambda match: pick(rng, match[1]), text)
    return text


def pick(rng: np.random.Generator, wordings: str) -> str:
    """Choose one of `a|b|c`."""
    options = wordings.split("|")
    return options[int(rng.integers(len(options)))]
