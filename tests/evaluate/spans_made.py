"""Tags of words, said and right, and the spans that they mean."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from acclimate.core.answers import Span, SpanAnswers
from acclimate.core.tags import runs

TAGS = ("O", "B-X", "I-X", "B-Y", "I-Y")


def answers(gold: list[list[str]], said: list[list[str]], groups: list[str] | None = None) -> SpanAnswers:
    """Words are a character each."""
    names = tuple(f"a:{number}" for number in range(len(gold)))
    return SpanAnswers(names, tuple(groups or names), ("X", "Y"), _spans(gold), _spans(said))


def _spans(rows: list[list[str]]) -> tuple[tuple[Span, ...], ...]:
    return tuple(tuple(Span(one.begin, one.end, one.label) for one in runs(tags)[0]) for tags in rows)


@st.composite
def rows_of_tags(draw: Any, *, mended: bool) -> tuple[list[list[str]], list[list[str]]]:
    """Gold and said tags, equally long; `mended`: written in BIO without a fault."""
    lengths = draw(st.lists(st.integers(1, 8), min_size=1, max_size=12))
    both = tuple([[draw(st.sampled_from(TAGS)) for _ in range(length)] for length in lengths] for _ in range(2))
    if mended:
        both = tuple([_bio(tags) for tags in rows] for rows in both)
    return both[0], both[1]


def _bio(tags: list[str]) -> list[str]:
    made = ["O"] * len(tags)
    for one in runs(tags)[0]:
        made[one.begin : one.end] = [f"B-{one.label}"] + [f"I-{one.label}"] * (one.end - one.begin - 1)
    return made
