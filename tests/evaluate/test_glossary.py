from pathlib import Path

import pytest

from acclimate.core.errors import UserError
from acclimate.evaluate.metrics.glossary import Glossary
from tests.evaluate.answers_made import answers, by_name


@pytest.fixture
def glossary(tmp_path: Path) -> Glossary:
    (tmp_path / "terms.txt").write_text("heart failure\nheart\naspirin\n高血压\n低盐\n", encoding="utf-8")
    return Glossary(terms=str(tmp_path / "terms.txt"))


def test_by_hand(glossary: Glossary) -> None:
    made = answers(
        [
            # right: heart failure, aspirin; said: heart (that of "heart failure" is another), aspirin (once)
            ("Heart failure: take Aspirin.", "aspirin, aspirin for the heart"),
            ("高血压患者应低盐饮食", "高血压"),
            ((), "aspirin"),
            ("nothing of it", "nor here"),
        ],
        groups=["p", "q", "q", "r"],
    )
    found = by_name(glossary, made)
    recall, precision = found["glossary_recall"], found["glossary_precision"]
    assert (recall.numerator_G.tolist(), recall.denominator_G.tolist()) == ([1, 1, 0], [2, 2, 0])
    assert (precision.numerator_G.tolist(), precision.denominator_G.tolist()) == ([1, 1, 0], [2, 1, 0])
    assert (recall.value, precision.value, recall.n, precision.n) == (0.5, pytest.approx(2 / 3), 4, 3)


def test_of_several_right_answers_the_nearest_counts(glossary: Glossary) -> None:
    found = by_name(glossary, answers([(("heart and aspirin", "aspirin"), "aspirin")]))
    assert (found["glossary_recall"].value, found["glossary_precision"].value) == (1.0, 1.0)


def test_a_score_without_terms_is_not_measured(glossary: Glossary) -> None:
    found = by_name(glossary, answers([("aspirin", "water")]))
    assert {name: one.measured for name, one in found.items()} == {"glossary_recall": True, "glossary_precision": False}


def test_a_glossary_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"evaluate\.metrics, glossary: terms: no file"):
        Glossary(terms=str(tmp_path / "no.txt")).sums(answers([("a", "b")]))
