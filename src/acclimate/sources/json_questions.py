"""SQuAD's own files: questions in paragraphs in articles, each question as a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from acclimate.sources.json_array import Item

_PARAGRAPHS, _QUESTIONS = "paragraphs", "qas"


def questions(found: Iterable[Item]) -> Iterator[Item]:
    """Give objects as they are, but of an article with paragraphs each question, with what paragraph and article say."""
    for item in found:
        rows = _rows(item.value)
        yield from (Item(row, item.chars // len(rows)) for row in rows) if rows else (item,)


def _rows(article: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the questions of an article (none: it is no article, or nobody asks anything)."""
    paragraphs: Any = article.get(_PARAGRAPHS)
    if not _are_objects(paragraphs) or not all(_are_objects(one.get(_QUESTIONS)) for one in paragraphs):
        return []
    asked = [(paragraph, question) for paragraph in paragraphs for question in paragraph[_QUESTIONS]]
    inner = (_PARAGRAPHS, _QUESTIONS)
    return [
        {name: value for name, value in {**article, **paragraph, **question}.items() if name not in inner}
        for paragraph, question in asked
    ]


def _are_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)
