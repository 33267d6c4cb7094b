from pathlib import Path

import pytest

from acclimate.core.errors import UserError
from acclimate.evaluate.terms import words_of
from acclimate.evaluate.terms_glossary import read_glossary


def written(place: Path, content: str) -> str:
    (place / "terms.txt").write_text(content, encoding="utf-8")
    return str(place / "terms.txt")


def test_one_term_a_line(tmp_path: Path) -> None:
    found = read_glossary(written(tmp_path, "# mine\nheart failure\n\n高血压\nHeart  Failure\n"))
    assert [(term.text, term.kind, term.branches) for term in found] == [
        ("heart failure", "glossary", ()),
        ("高血压", "glossary", ()),
    ]
    assert found[0].words == words_of("Heart failure")


def test_levels_by_marks_and_by_tabs_are_the_same(tmp_path: Path) -> None:
    marks = read_glossary(written(tmp_path, "disease\ndisease > heart\ndisease > heart > angina\ndisease > skin\n"))
    tabs = read_glossary(written(tmp_path, "disease\n\theart\n\t\tangina\n\tskin\n"))
    assert marks == tabs
    assert [(term.text, term.kind, term.branches) for term in tabs] == [
        ("disease", "glossary", ()),
        ("heart", "disease", ("disease",)),
        ("angina", "disease", ("disease", "disease > heart")),
        ("skin", "disease", ("disease",)),
    ]


def test_a_term_in_two_branches(tmp_path: Path) -> None:
    (found,) = read_glossary(written(tmp_path, "heart > stroke\nbrain > stroke\n"))
    assert (found.kind, found.branches) == ("heart", ("heart", "brain"))


@pytest.mark.parametrize(
    "content, told",
    [
        ("a\n\t\tb\n", "line 2: indented by 2 tabs"),
        ("\ta\n", "line 1: indented"),
        ("a\nb > > c\n", "line 2: a level is empty"),
        ("# nothing\n", "holds no term"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, content: str, told: str) -> None:
    with pytest.raises(UserError, match=told) as caught:
        read_glossary(written(tmp_path, content))
    assert caught.value.faults[0].where == "evaluate.terms"
    assert "terms.txt" in caught.value.faults[0].found


def test_a_file_that_cant_be_read(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"caf\xe9")
    for path, told in (("none", "no file"), ("latin", "not UTF-8"), (".", "folder")):
        with pytest.raises(UserError, match=told):
            read_glossary(str(tmp_path / path))
