"""Lists as text, as CSV files hold them: JSON, or what Python writes (and pandas, when it saves a column of lists)."""

from __future__ import annotations

import ast
import json
import re
import warnings
from typing import Any

_BEGUN = re.compile(r"\s*\[(?:\s*[\"']|(?:\s*-?\d[\d.]*(?=[\s\]]))+\s*\]\s*$)")
"""What only a list begins with: a quoted text, or numbers alone (numpy writes both without commas)."""


def parsed(text: str) -> Any:
    """Give what a text holds. Raises: ValueError if it is neither JSON nor to the letter what Python writes."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", SyntaxWarning)
            read = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        raise ValueError("neither JSON nor what Python writes") from None
    if repr(read) != text.strip():  # of ['a' 'b'], which numpy writes, Python would make one text
        raise ValueError("neither JSON nor what Python writes")
    return read


def list_in(text: str) -> list[Any] | None:
    """Give the list that a text holds, None if it is none. Raises: ValueError for one that can't be read."""
    if not text.lstrip().startswith("["):
        return None
    try:
        found: list[Any] = parsed(text)
    except ValueError:
        if _BEGUN.match(text):
            raise ValueError(f"a list that neither JSON nor Python writes so: {text[:40]!r}") from None
        return None
    return found
