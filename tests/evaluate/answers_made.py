"""Answers made for tests of metrics, and their scores by name."""

from __future__ import annotations

from collections.abc import Sequence

from acclimate.core.answers import TextAnswers
from acclimate.core.protocols import Metric
from acclimate.core.scores import GroupSums


def answers(pairs: Sequence[tuple[Sequence[str] | str, str]], groups: Sequence[str] = ()) -> TextAnswers:
    """Give answers of (right, said); without `groups` every row is its own."""
    gold = tuple((right,) if isinstance(right, str) else tuple(right) for right, _ in pairs)
    names = tuple(str(place) for place in range(len(pairs)))
    return TextAnswers(names, tuple(groups) or names, gold, tuple(said for _, said in pairs))


def by_name(metric: Metric, made: TextAnswers) -> dict[str, GroupSums]:
    return {one.name: one for one in metric.sums(made)}


def values(metric: Metric, made: TextAnswers) -> dict[str, float]:
    return {name: one.value for name, one in by_name(metric, made).items()}
