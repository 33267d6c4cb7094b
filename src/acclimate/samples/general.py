"""General passages, written for the purpose: short plain prose in English and Chinese on everyday subjects.

What an adapted model has forgotten is measured on them (`retention: "sample:general"`).
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files


@cache
def _all_passages() -> tuple[tuple[str, str, str], ...]:
    text = files("acclimate.samples").joinpath("general.jsonl").read_text(encoding="utf-8")
    rows = (json.loads(line) for line in text.splitlines())
    return tuple((row["id"], row["language"], row["text"]) for row in rows)


def passages(language: str | None = None) -> list[dict[str, str]]:
    """Give the passages as rows with `id`, `language` ("en" or "zh") and `text`, of one language or of all.

    Raises: ValueError if there is no passage in `language`.
    """
    rows = [{"id": name, "language": spoken, "text": text} for name, spoken, text in _all_passages()]
    known = sorted({row["language"] for row in rows})
    if language is not None and language not in known:
        raise ValueError(f"no general passages in {language!r}; there are {', '.join(known)}")
    return [row for row in rows if language in {None, row["language"]}]
