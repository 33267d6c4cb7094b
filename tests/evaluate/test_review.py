"""Who stands on which side, and what choices say, counted by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acclimate.core.review import AnswerPair, Choice, Filled, Key, KeyRow
from acclimate.evaluate.change import Bootstrap
from acclimate.evaluate.review import blind, outcome

BOOTSTRAP = Bootstrap(resamples=500)


def pairs(rows: int, groups: int, alike: int = 0) -> list[AnswerPair]:
    return [
        AnswerPair(
            f"r{row}",
            f"g{row % groups}",
            f"prompt {row}",
            "",
            f"base {row}",
            f"{'base' if row < alike else 'new'} {row}",
        )
        for row in range(rows)
    ]


def key(groups: int, sides: str = "left") -> Key:
    return Key("abc", 0, tuple(KeyRow(f"r{one}", f"g{one}", f"abc-{one:03d}", sides) for one in range(groups)))


def filled(name: str, choices: dict[int, Choice]) -> Filled:
    return Filled(name, {f"abc-{one:03d}": choice for one, choice in choices.items()})


def test_a_sheet_gives_nothing_away_and_its_key_everything() -> None:
    made = pairs(40, 40)
    sheet, secret = blind(made, 40, seed=3)
    by_prompt = {pair.prompt: pair for pair in made}
    on_left = 0
    for row, answer in zip(sheet.rows, secret.rows, strict=True):
        pair = by_prompt[row.prompt]
        assert (answer.item, answer.row_id, answer.group) == (row.item, pair.row_id, pair.group)
        assert {row.left, row.right} == {pair.base, pair.adapted}
        assert (row.left if answer.adapted == "left" else row.right) == pair.adapted
        on_left += answer.adapted == "left"
    assert on_left == 20
    assert [row.item for row in sheet.rows] == [f"{sheet.name}-{number:03d}" for number in range(1, 41)]
    assert [row.row_id for row in secret.rows] != [pair.row_id for pair in made]


def test_the_draw_depends_on_seed_and_rows_alone() -> None:
    made = pairs(30, 30)
    assert blind(made, 30, 0) == blind(made[::-1], 30, 0)
    first, other = blind(made, 30, 0), blind(made, 30, 1)
    assert first[0].name != other[0].name
    sides = [{row.row_id: row.adapted for row in one[1].rows} for one in (first, other)]
    assert sides[0] != sides[1]


def test_rows_are_drawn_evenly_over_groups() -> None:
    made = [*pairs(90, 3), *(replace(pair, row_id=f"x{pair.row_id}", group="g9") for pair in pairs(2, 2))]
    drawn = [row.group for row in blind(made, 11, 0)[1].rows]
    assert sorted(drawn.count(group) for group in ("g0", "g1", "g2", "g9")) == [2, 3, 3, 3]


def test_rows_answered_alike_are_not_shown_and_count_as_ties() -> None:
    sheet, secret = blind(pairs(6, 6, alike=2), 6, 0)
    assert len(sheet.rows) == 4
    assert [row.item for row in secret.rows if row.row_id in {"r0", "r1"}] == ["", ""]
    wins = {row.item: row.adapted for row in secret.rows if row.item}
    made = outcome(secret, [Filled("a", wins)], BOOTSTRAP)  # type: ignore[arg-type]
    assert made is not None
    assert (made.wins, made.ties, made.losses, made.alike) == (4, 0, 0, 2)
    assert made.win_rate == pytest.approx((4 + 2 * 0.5) / 6)
    half = dict(list(wins.items())[:2])  # judged two of four, so has met one of the two ties; another judged nothing
    made = outcome(secret, [Filled("a", half), Filled("b", {})], BOOTSTRAP)  # type: ignore[arg-type]
    assert made is not None
    assert made.win_rate == pytest.approx((2 + 1 * 0.5) / 3)


@pytest.mark.parametrize("side, rate", [("left", (1 + 1 + 0.5 + 0) / 4), ("right", (0 + 0 + 0.5 + 1) / 4)])
def test_the_win_rate_counts_ties_as_halves(side: str, rate: float) -> None:
    made = outcome(key(4, side), [filled("a", {0: "left", 1: "left", 2: "tie", 3: "right"})], BOOTSTRAP)
    assert made is not None
    assert made.win_rate == rate
    assert (made.wins + made.losses, made.ties, made.groups) == (3, 1, 4)
    assert (made.low, made.high) == (None, None)  # 4 groups are too few
    assert made.left == pytest.approx(2 / 3)
    assert made.agreement is None


def test_the_interval_is_over_groups_not_choices() -> None:
    choices: dict[int, Choice] = {one: "left" if one % 3 else "right" for one in range(30)}
    one = outcome(key(30), [filled("a", choices)], BOOTSTRAP)
    three = outcome(key(30), [filled(name, choices) for name in "abc"], BOOTSTRAP)
    assert one is not None
    assert three is not None
    assert one.win_rate == pytest.approx(2 / 3)
    assert one.low is not None
    assert one.high is not None
    assert 0 < one.low < 2 / 3 < one.high < 1
    assert (three.low, three.high) == pytest.approx((one.low, one.high))  # the same opinion thrice says no more
    assert three.reviewers == pytest.approx({"a": 2 / 3, "b": 2 / 3, "c": 2 / 3})


def test_two_agree_by_kappa_on_models_not_sides() -> None:
    sides = replace(
        key(4),
        rows=tuple(replace(row, adapted=side) for row, side in zip(key(4).rows, ("left", "right") * 2, strict=True)),
    )
    # models: a says adapted, base, adapted, base; b says adapted, base, base, base; alike in 3 of 4, by chance 1/2
    first = filled("a", {0: "left", 1: "left", 2: "left", 3: "left"})
    second = filled("b", {0: "left", 1: "left", 2: "right", 3: "left"})
    made = outcome(sides, [first, second], BOOTSTRAP)
    assert made is not None
    assert made.agreement is not None
    assert (made.agreement.measure, made.agreement.items) == ("Cohen's kappa", 4)
    assert made.agreement.value == pytest.approx((3 / 4 - 1 / 2) / (1 - 1 / 2))


def test_more_than_two_agree_by_alpha_on_what_two_of_them_judged() -> None:
    three = [
        filled("a", {0: "left", 1: "left"}),
        filled("b", {0: "left", 1: "right"}),
        filled("c", {2: "tie", 0: "left"}),
    ]
    made = outcome(key(4), three, BOOTSTRAP)
    assert made is not None
    assert made.agreement is not None
    # items 0 (a a a) and 1 (a b): D_o = 2 / 5, D_e = 2 * 4 * 1 / (5 * 4)
    assert (made.agreement.measure, made.agreement.items) == ("Krippendorff's alpha", 2)
    assert made.agreement.value == pytest.approx(1 - (2 / 5) / (8 / 20))


def test_nothing_chosen_is_no_outcome() -> None:
    assert outcome(key(4), [filled("a", {})], BOOTSTRAP) is None
