import pytest

from acclimate.evaluate.metrics.token_f1 import TokenF1
from tests.evaluate.answers_made import answers, by_name, values


def test_by_hand() -> None:
    # left ventricle / the left side: one token of two, and one of two (the article does not count)
    made = answers([("left ventricle", "the left side"), (("no", "yes"), "yes")])
    assert values(TokenF1(), made) == {"token_f1": pytest.approx((1 / 2 + 1) / 2)}


def test_chinese_is_counted_by_characters() -> None:
    made = answers([("高血压病", "高血压")])
    assert values(TokenF1(), made)["token_f1"] == pytest.approx(2 * 3 / 7)
    assert by_name(TokenF1(), made)["token_f1"].unit == (
        "F1 of tokens (words; characters of scripts without spaces; in SQuAD's form)"
    )


def test_saying_something_where_there_is_no_answer_is_wrong() -> None:
    found = values(TokenF1(), answers([((), "x"), ((), ""), ("x", "x y")]))
    assert found["token_f1_unanswerable"] == 0.5
    assert found["token_f1_answerable"] == pytest.approx(2 / 3)
