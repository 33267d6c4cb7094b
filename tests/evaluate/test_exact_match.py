from acclimate.evaluate.metrics.exact_match import ExactMatch
from tests.evaluate.answers_made import answers, by_name, values


def test_marks_and_articles_do_not_count_unless_wanted() -> None:
    made = answers([("The aorta.", "aorta"), ("aorta", "the heart")])
    assert values(ExactMatch(), made) == {"exact_match": 0.5}
    assert values(ExactMatch(normalise=False), made) == {"exact_match": 0.0}
    assert (
        by_name(ExactMatch(normalise=False), made)["exact_match"].unit
        == "share of answers that are right to the letter"
    )


def test_chinese_marks_do_not_count() -> None:
    assert values(ExactMatch(), answers([("“高血压”。", "高血压"), ("高血压", "高血脂")]))["exact_match"] == 0.5


def test_an_unanswerable_question_is_right_iff_nothing_is_said() -> None:
    made = answers([((), ""), ((), "the aorta"), ((), " "), ("aorta", "aorta")], groups=["p", "p", "q", "q"])
    found = by_name(ExactMatch(), made)
    assert {name: one.value for name, one in found.items()} == {
        "exact_match": 0.75,
        "exact_match_answerable": 1.0,
        "exact_match_unanswerable": 2 / 3,
    }
    apart = found["exact_match_unanswerable"]
    assert (apart.numerator_G.tolist(), apart.denominator_G.tolist(), apart.n) == ([1, 1], [2, 1], 3)
    assert values(ExactMatch(normalise=False), made)["exact_match"] == 0.5  # a blank is something
