import math

import pytest

from acclimate.evaluate.rows import EvalText
from acclimate.evaluate.terms_mine import log_odds, mine, mine_values
from tests.evaluate.arms import record, text


def rows(content: str, count: int, name: str = "g") -> list[EvalText]:
    return [text(content, f"{name}{number}", f"{name}{number}") for number in range(count)]


GENERAL = [
    text(f"the sun and the sea of this day are seen on day {number}", f"d{number}", f"d{number}")
    for number in range(20)
]


def test_log_odds_by_hand() -> None:
    # a = 10 * 5 / 200 = 0.25; odds 4.25 / 105.75 and 1.25 / 108.75
    delta = math.log(4.25 / 105.75) - math.log(1.25 / 108.75)
    assert log_odds(4, 100, 1, 100, prior=10) == pytest.approx(delta / math.sqrt(1 / 4.25 + 1 / 1.25), rel=1e-12)
    assert log_odds(3, 50, 3, 50) == 0
    assert log_odds(1, 70, 4, 30) == pytest.approx(-log_odds(4, 30, 1, 70), rel=1e-12)


def test_typical_words_and_phrases_of_many_groups() -> None:
    training = rows("The Stent of this artery, and heart failure are seen.", 12)
    found = mine(training, GENERAL, 50)
    names = {term.text: term for term in found}
    assert set(names) == {"Stent", "artery", "heart failure"}, "heart and failure stand only inside the longer term"
    assert names["heart failure"].kind == "2 words"
    assert names["heart failure"].groups == 12
    assert names["Stent"].words == ("stent",)
    assert found == mine(training[::-1], GENERAL, 50)
    assert [term.text for term in mine(training, GENERAL, 2)] == [term.text for term in found][:2]


@pytest.mark.parametrize("groups", [9, 10])
def test_ten_groups_must_have_a_term(groups: int) -> None:
    names = [f"p{number}" for number in range(groups)]
    training = [text("Miller was here", f"r{number}", names[number % groups]) for number in range(60)]
    assert bool(mine(training, GENERAL, 9)) == (groups == 10)


def test_no_number_no_mark_and_no_single_character_is_a_term() -> None:
    assert [term.text for term in mine(rows("12 34 ; x 5", 12), GENERAL, 9)] == []
    assert [term.text for term in mine(rows("高血", 12), GENERAL, 9)] == ["高血"]


def test_values_of_fields_in_turn() -> None:
    training = [
        record(
            f"<p>age:34, sex:{('Fem', 'Mal')[number % 2]}</p><e>code:E1{number % 3}, drug:only, kind:{'XY'[number % 2]}, text:{'ab'[number % 2] * 41}</e>",
            f"r{number}",
            f"g{number}",
        )
        for number in range(36)
    ]
    found = [(term.kind, term.text, term.groups) for term in mine_values(training, 9)]
    assert found == [
        ("code", "E10", 12),
        ("sex", "Fem", 18),
        ("code", "E11", 12),
        ("sex", "Mal", 18),
        ("code", "E12", 12),
    ]
    assert len(mine_values(training, 3)) == 3
    assert mine_values(training[:18], 9) == [], "six or nine groups are too few"
