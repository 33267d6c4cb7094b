import pytest

from acclimate.evaluate.copying import NEW, REPEATED, copying_floors, repeats, stood_before, values
from acclimate.evaluate.hidden import plan
from acclimate.evaluate.windows import cut
from tests.evaluate.arms import FakeArm, record, text
from tests.tokenizers_made import wordpiece

ROW = record("<p>age:34</p><e>drug:iron, code:1</e><e>drug:iron, code:2</e><e>drug:zinc, code:34</e>")


def test_values_come_with_their_keys_in_the_order_of_the_units() -> None:
    assert values(record()) == [
        ("age", "34"), ("sex", "F"), ("code", "E11"), ("drug", "(new)"), ("code", "E11"), ("drug", "iron"), ("", "5 mg"),
    ]  # fmt: skip
    assert values(record("<p>age:</p><e>code : a:b</e>")) == [("code", "a:b")]
    assert values(text("plain")) == []


def test_a_value_is_repeated_if_its_key_has_it_elsewhere_in_the_row() -> None:
    windows = cut([ROW], [FakeArm(wordpiece())], 0.0)
    hidden = plan([ROW], windows, 0, 7)
    found = dict(
        zip((unit for one in hidden for unit in one.unit_U.tolist()), repeats([ROW], windows, hidden), strict=True)
    )
    assert {unit for unit, again in found.items() if again} == {1, 3}
    assert sorted(found) == list(range(7))


def test_floors_say_the_rows_last_value_and_the_most_frequent_one() -> None:
    """Of 7 hidden values the last one before is right once (the second iron); most frequent are iron and age 34."""
    windows = cut([ROW], [FakeArm(wordpiece())], 0.0)
    hidden = plan([ROW], windows, 0, 7)
    training = [
        record("<p>age:34</p><e>drug:iron, code:9</e>"),
        record("<p>age:34</p><e>drug:zinc</e><e>drug:iron</e>"),
    ]
    last, most = copying_floors([ROW], windows, hidden, training)[""]
    assert last.value == pytest.approx(1 / 7)
    assert most.value == pytest.approx(3 / 7)
    assert "last value" in last.unit
    assert "most frequent" in most.unit
    assert (last.n, last.groups) == (7, ("g",))
    assert copying_floors([ROW], windows, [], training) == {}


def test_floors_of_new_and_repeated_values_apart() -> None:
    windows = cut([ROW], [FakeArm(wordpiece())], 0.0)
    hidden = plan([ROW], windows, 0, 7)
    parts = copying_floors([ROW], windows, hidden, [record("<p>age:34</p><e>drug:iron</e>")])
    assert {name: sums[0].n for name, sums in parts.items()} == {"": 7, NEW: 5, REPEATED: 2}
    assert parts[NEW][0].value == 0, "what is new was never said before"
    assert parts[REPEATED][0].value == 0.5


def test_what_stood_before() -> None:
    assert stood_before(ROW).tolist().count(True) == 1
    assert stood_before(text("iron iron")).tolist() == []
