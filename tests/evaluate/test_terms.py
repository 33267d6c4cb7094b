import itertools

from hypothesis import given
from hypothesis import strategies as st

from acclimate.evaluate.terms import Finder, Term, choose_occurrences, groups_with, half_of, passages, words_of
from acclimate.evaluate.windows import cut
from tests.evaluate.arms import RECORD, FakeArm, record, spelling, text, with_tags

WORDS = ["heart", "failure", "heart failure", "stent"]


def term(name: str, kind: str = "k") -> Term:
    return Term(name, words_of(name), kind, (kind,))


def found(content: str, *names: str) -> list[str]:
    return [content[place.start : place.end] for place in Finder([term(name) for name in names]).places(text(content))]


def test_the_longest_term_is_found_whatever_the_case_and_the_spaces() -> None:
    assert found("Heart\n failure, heart and FAILURE; hearts", *WORDS) == ["Heart\n failure", "heart", "FAILURE"]
    assert found("heart-failure", "heart-failure", "heart") == ["heart-failure"]
    assert found("高血压病人", "血压", "病人") == ["血压", "病人"]


def test_values_are_found_by_their_field() -> None:
    terms = [Term("E11", ("E11",), "code"), Term("iron", ("iron",), "code"), Term("F", ("F",), "sex")]
    places = Finder(terms, fields=True).places(record())
    assert [(place.term, RECORD[place.start : place.end]) for place in places] == [(2, "F"), (0, "E11"), (0, "E11")]


@given(st.lists(st.sampled_from([*WORDS, "and", "."]), max_size=12))
def test_places_are_in_order_without_overlap_and_hold_their_term(words: list[str]) -> None:
    content = " ".join(words)
    places = Finder([term(name) for name in WORDS]).places(text(content))
    assert all(one.end <= other.start for one, other in itertools.pairwise(places))
    assert all(content[one.start : one.end] == WORDS[one.term] for one in places)
    covered = sum(len(WORDS[one.term].split()) for one in places)
    assert covered == sum(word not in {"and", "."} for word in content.split())


def test_a_sentence_is_a_passage_and_a_record_is_one_whole() -> None:
    rows = passages([text("One two. Three! 四五。六\n\nseven", "a", "g"), record(row_id="b")])
    assert [row.text for row in rows] == ["One two.", "Three!", "四五。", "六", "seven", RECORD]
    assert [row.group for row in rows][:2] == ["g", "g"]
    assert len({row.row_id for row in rows}) == 6


def test_groups_are_counted_once() -> None:
    rows = [text("stent stent", "a", "x"), text("stent", "b", "x"), text("stent", "c", "y")]
    assert groups_with(Finder([term("stent"), term("heart")]), rows, 2).tolist() == [2, 0]


def occurrences(rows: list, names: list[str], most: int = 10, causal: bool = False) -> list:
    arm = FakeArm(spelling(), causal=causal)
    windows = cut(rows, [arm], 0.0)
    finder = Finder([term(name) for name in names])
    return choose_occurrences(rows, windows, finder, 0, most, causal=causal)


def test_what_could_be_copied_is_not_asked_for() -> None:
    rows = [text("a stent or a stent", "a", "x"), text("one stent of heart", "b", "y")]
    chosen = occurrences(rows, ["stent", "heart"])
    assert [(one.group, one.term, one.start) for one in chosen] == [("y", 0, 4), ("y", 1, 13)]
    causal = occurrences([*rows, text("stent", "c", "z")], ["stent", "heart"], causal=True)
    assert [(one.group, one.start) for one in causal] == [("x", 2), ("y", 4), ("y", 13)]


def test_a_value_that_stands_twice_in_its_record_is_not_asked_for() -> None:
    arm = FakeArm(with_tags(spelling()))
    terms = [Term("E11", ("E11",), "code"), Term("F", ("F",), "sex")]
    windows = cut([record()], [arm], 0.0)
    chosen = choose_occurrences([record()], windows, Finder(terms, fields=True), 0, 9, causal=False)
    assert [one.term for one in chosen] == [1]


def test_one_place_a_group_and_as_many_of_each_half() -> None:
    rows = [text("the stent", f"r{number}", f"g{number // 2}") for number in range(80)]
    chosen = occurrences(rows, ["stent"], most=7)
    assert len({one.group for one in chosen}) == len(chosen) == 7
    assert [sum(one.half == half for one in chosen) for half in (0, 1)] == [3, 4]
    assert all(one.half == half_of(0, one.group) for one in chosen)
    assert chosen == occurrences(rows, ["stent"], most=7)
