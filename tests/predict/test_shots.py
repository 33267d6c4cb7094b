"""Worked examples before questions, a letter being a token."""

from __future__ import annotations

from acclimate.predict.shots import Turns, shots_before, with_shots


def turns(*contents: str) -> Turns:
    return [{"role": ("user", "assistant")[number % 2], "content": content} for number, content in enumerate(contents)]


def letters(some: list[Turns]) -> list[int]:
    return [sum(len(one["content"]) for one in conversation) for conversation in some]


QUESTIONS = [turns("q" * 10), turns("q" * 12)]
CANDIDATES = [turns("a" * 5, "b" * 30), turns("c" * 5, "d" * 5), turns("e" * 2, "f" * 3), turns("g", "h")]


def test_the_first_that_fit_their_part_are_taken() -> None:
    shown = shots_before(QUESTIONS, CANDIDATES, letters, 2, 40)
    assert shown.counts == [2, 2]
    assert shown.asked[0] == [*CANDIDATES[1], *CANDIDATES[2], *QUESTIONS[0]]


def test_a_question_that_leaves_less_room_has_the_last_ones() -> None:
    questions = [*(turns("q" * 10) for _ in range(18)), turns("q" * 30), turns("q" * 40)]
    shown = shots_before(questions, CANDIDATES, letters, 2, 36)
    assert shown.counts == [2] * 18 + [1, 0]
    assert shown.asked[18] == [*CANDIDATES[2], *questions[18]]
    assert shown.asked[19] == questions[19]


def test_fewer_that_fit_are_fewer_and_none_are_none() -> None:
    assert shots_before(QUESTIONS, CANDIDATES[:2], letters, 3, 60).counts == [1, 1]
    for shots, room in ((2, 12), (0, 100), (3, -5)):
        shown = shots_before(QUESTIONS, CANDIDATES, letters, shots, room)
        assert (shown.counts, shown.asked) == ([0, 0], QUESTIONS)
    assert shots_before([], CANDIDATES, letters, 3, 60).asked == []


def test_a_system_prompt_stays_first_and_those_of_examples_go() -> None:
    system = {"role": "system", "content": "s"}
    question = [system, *turns("q")]
    assert with_shots(question, [[{"role": "system", "content": "t"}, *turns("a", "b")]]) == [
        system, *turns("a", "b"), *turns("q")
    ]  # fmt: skip
