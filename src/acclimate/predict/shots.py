"""Worked examples before a question: which ones, and how many a window has room for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from acclimate.core.rendered import Message

Turns = list[Message]
Count = Callable[[Sequence[Turns]], list[int]]
"""Gives the tokens of each of some conversations."""
TRIED = 500
"""Candidates that are looked at, so that a large corpus costs no more than a small one."""
_MOST_QUESTIONS = 0.9
"""Share of the questions that all the examples shall have room beside."""


@dataclass(frozen=True)
class Shown:
    """Questions with worked examples before them, and how many each of them has."""

    asked: list[Turns]
    counts: list[int]


def shots_before(
    questions: Sequence[Turns], candidates: Sequence[Turns], tokens: Count, shots: int, room: int
) -> Shown:
    """Put `shots` worked examples before every question, the same and in the same order; where they don't fit, the last of them.

    Takes: `candidates`, conversations in the order of a draw, of which the first 500 are looked at; `room`, tokens that
    question and examples may have together. An example may fill its part of the room that nine of ten questions leave.
    """
    lengths = sorted(tokens(questions)) if questions else []
    left = room - lengths[int(_MOST_QUESTIONS * (len(lengths) - 1))] if lengths else 0
    some = candidates[:TRIED] if shots and left >= shots else []
    fit = [one for one, length in zip(some, tokens(some) if some else [], strict=True) if length <= left // shots]
    chosen = fit[:shots]
    counts = [0] * len(questions)
    waiting = list(range(len(questions)))
    for count in range(len(chosen), 0, -1):
        lengths = tokens([with_shots(questions[number], chosen[-count:]) for number in waiting]) if waiting else []
        for number, length in zip(waiting, lengths, strict=True):
            counts[number] = count if length <= room else 0
        waiting = [number for number in waiting if not counts[number]]
    asked = [with_shots(one, chosen[len(chosen) - count :]) for one, count in zip(questions, counts, strict=True)]
    return Shown(asked, counts)


def with_shots(question: Sequence[Message], shots: Sequence[Turns]) -> Turns:
    """Put worked examples before a question; its system prompt stays first, those of the examples are left out."""
    system = [one for one in question[:1] if one["role"] == "system"]
    before = [one for shot in shots for one in shot if one["role"] != "system"]
    return [*system, *before, *question[len(system) :]]
