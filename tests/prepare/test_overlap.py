"""Which training texts overlap held-out ones, against sets of tuples and on real text."""

import random
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acclimate.core.seeds import share
from acclimate.prepare.leaks import Leaks
from acclimate.prepare.overlap import HOLDS, NEAR, STANDS, Overlaps, Training, read
from acclimate.sources.jsonl import Jsonl


def words(first: int, last: int, name: str = "w") -> str:
    return " ".join(f"{name}{number}" for number in range(first, last))


def against(train: list[str], held: list[str], groups: list[int] | None = None, **options: object) -> Overlaps:
    asked = Leaks.model_validate(options)
    training = Training(read(train, None, asked), np.array(groups or range(len(train))), asked)
    return training.against(read(held, None, asked), np.ones(len(train), dtype=bool))


def test_a_training_text_that_holds_a_held_out_text() -> None:
    """Of the 28 13-grams of 40 words, 14 stand in training: those of words 14 to 39."""
    held = words(0, 40)
    long = f"{words(0, 300, 'x')} {words(14, 40)}"
    found = against([words(0, 300, "y"), long], [held])
    assert found.share_T.tolist() == found.counted_T.tolist() == [0.5]
    assert [(one.row, one.held, one.kind, one.share) for one in found.found] == [(1, 0, HOLDS, 0.5)]
    less = against([words(0, 300, "y"), f"{words(0, 300, 'x')} {words(15, 40)}"], [held])
    assert less.share_T.tolist() == [13 / 28]
    assert less.found == []


def test_a_training_text_that_stands_in_a_held_out_text() -> None:
    found = against(
        [f"{words(0, 30)} {words(0, 15, 'x')}"], [words(0, 300, "y"), f"{words(0, 300, 'z')} {words(0, 30)}"]
    )
    assert [(one.row, one.held, one.kind, round(one.share, 6)) for one in found.found] == [
        (0, 1, STANDS, round(18 / 33, 6))
    ]


def test_a_near_duplicate() -> None:
    """20 words have 16 5-grams; a twenty-first adds one: 16 of 17."""
    found = against([words(0, 21)], [words(0, 20)])
    assert [(one.kind, one.share) for one in found.found] == [(NEAR, 16 / 17)]
    assert against([words(0, 21)], [words(0, 20)], similarity=0.95, ngram=20).found[0].kind != NEAR


def test_the_parts_of_a_held_out_text_may_stand_in_several_training_texts() -> None:
    """Each holds 8 of 28 13-grams; after one is gone, less than half is left."""
    held = words(0, 40)
    train = [f"{words(0, 99, name)} {words(first, first + 20)}" for name, first in (("a", 0), ("b", 8), ("c", 20))]
    found = against(train, [held])
    assert found.share_T.tolist() == [24 / 28]
    assert [(one.kind, one.share) for one in found.found] == [(HOLDS, 8 / 28)] * 2
    rest = [train[row] for row in range(3) if row not in {one.row for one in found.found}]
    assert against(rest, [held]).found == []


def test_boilerplate_is_nobody_s_text() -> None:
    form = words(0, 60, "form")
    letters = [f"{form} {words(0, 60, f'p{number}x')}" for number in range(12)]
    held = [f"{form} {words(0, 50, 'q')}"]
    found = against(letters, held)
    assert found.share_T.tolist() == [48 / 98]
    assert found.counted_T.tolist() == [0]
    assert found.found == []
    assert len(against(letters, held, boilerplate=None, containment=0.4).found) == 12
    same_patient = against(letters, held, groups=[0] * 12, containment=0.4)
    assert len(same_patient.found) == 12, "what one group writes often is still its own"


def test_a_copy_made_of_boilerplate_alone_is_a_near_duplicate() -> None:
    found = against([f"{words(0, 60, 'form')} {number}" for number in range(12)], [words(0, 60, "form")])
    assert [one.kind for one in found.found] == [NEAR] * 12


def test_what_is_too_short_is_not_compared() -> None:
    asked = Leaks()
    assert read(["ROMEO:", words(0, 5), words(0, 4), ""], None, asked).compared_T.tolist() == [
        False,
        True,
        False,
        False,
    ]
    assert against(["ROMEO:"], ["Romeo"]).found == []
    assert [one.kind for one in against([words(0, 5)], [words(0, 5)]).found] == [NEAR]


def test_nothing_to_compare() -> None:
    assert against(["", "a"], ["", "b"]).found == []
    assert against([words(0, 30)], []).found == []
    assert against([words(0, 30)], [""]).share_T.tolist() == [0]


TEXT = st.lists(st.sampled_from("abcdefgh"), min_size=3, max_size=14)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(TEXT, min_size=1, max_size=8),
    st.lists(TEXT, min_size=1, max_size=4),
    st.sampled_from([0.3, 0.5, 0.8, 1.0]),
)
def test_against_sets_of_tuples(train: list[list[str]], held: list[list[str]], share_: float) -> None:
    options = {"ngram": 5, "containment": share_, "similarity": share_, "boilerplate": None}
    spoken = [[" ".join(text) for text in some] for some in (train, held)]
    found = against(*spoken, **options)

    def of(text: list[str]) -> set[tuple[str, ...]]:
        return {tuple(text[k : k + 5]) for k in range(len(text) - 4)}

    gone = {one.row for one in found.found}
    assert len(gone) == len(found.found)
    near = {
        r
        for r, a in enumerate(train)
        for b in held
        if of(a) and of(b) and len(of(a) & of(b)) / len(of(a) | of(b)) >= share_
    }
    assert {one.row for one in found.found if one.kind == NEAR} == near
    every = set().union(*(of(text) for text in held))
    stands = {r for r, a in enumerate(train) if of(a) and len(of(a) & every) / len(of(a)) >= share_}
    assert {one.row for one in found.found if one.kind == STANDS} == stands - near
    left = set().union(*(of(text) for row, text in enumerate(train) if row not in gone))
    for text in held:
        assert not of(text) or len(of(text) & left) / len(of(text)) < share_
    for one in found.found:
        assert of(train[one.row]) & of(held[one.held])


def test_many_texts_are_looked_through_fast() -> None:
    """A budget of 16,000 texts of 200 words in 30 s on one core; here a sixteenth, in processor time."""
    draw = random.Random(0)
    vocabulary = [f"word{number}" for number in range(5_000)]
    texts = [" ".join(draw.choices(vocabulary, k=200)) for _ in range(1_000)]
    began = time.process_time()
    found = against([*texts[:900], texts[950]], texts[900:])
    assert time.process_time() - began < 30 / 16
    assert [one.row for one in found.found] == [900]


@pytest.mark.shared_data
@pytest.mark.slow
def test_medquad_split_by_row_has_a_quarter_of_its_test_answers_in_training(shared_data: Path) -> None:
    rows, _ = Jsonl(path=str(shared_data / "medquad" / "medquad.jsonl.xz")).read("sources.train")
    places = [share(0, name) for name in rows.column("row_id").to_pylist()]
    answers = rows.column("answer").to_pylist()
    test = [answer for answer, place in zip(answers, places, strict=True) if place < 0.15]
    train = [answer for answer, place in zip(answers, places, strict=True) if place >= 0.2]
    found = against(train, test)
    assert 0.22 < (found.share_T > 0.5).mean() < 0.26
    assert (found.counted_T > 0.5).mean() < 0.1, "most of it is boilerplate"
    assert 0.05 < len(found.found) / len(train) < 0.15
