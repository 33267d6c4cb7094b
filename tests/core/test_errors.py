import pytest

from acclimate.core.errors import AcclimateError, Fault, Interrupted, UserError, nearest


def test_a_fault_says_where_what_is_allowed_and_what_to_do() -> None:
    fault = Fault("train.max_steps", "found -1", "0 or more", "count updates")
    assert str(fault) == "train.max_steps: found -1\n  allowed: 0 or more\n  do: count updates"
    assert str(Fault("a", "b")) == "a: b"


def test_a_user_error_holds_every_fault_and_says_them_in_order() -> None:
    error = UserError(Fault("a", "one"), Fault("b", "two", do="mend it"))
    assert [fault.where for fault in error.faults] == ["a", "b"]
    assert str(error) == "a: one\nb: two\n  do: mend it"


@pytest.mark.parametrize(
    "error, code",
    [
        (AcclimateError("x"), 1),
        (UserError(Fault("a", "b")), 2),
        (Interrupted("update 3 of 9", "acclimate run r.yaml"), 3),
    ],
)
def test_exit_codes(error: AcclimateError, code: int) -> None:
    assert error.exit_code == code


def test_an_interruption_says_how_to_go_on() -> None:
    error = Interrupted("update 3 of 9", "acclimate run r.yaml")
    assert str(error) == "stopped; everything up to update 3 of 9 is saved\n  do: acclimate run r.yaml"


def test_nearest_names_the_most_similar_word_or_nothing() -> None:
    words = ["learning_rate", "logging_steps", "max_steps"]
    assert nearest("learning_rat", words) == "; did you mean learning_rate?"
    assert nearest("zebra", words) == ""
    assert nearest("zebra", []) == ""
