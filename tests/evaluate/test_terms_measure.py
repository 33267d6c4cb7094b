from pathlib import Path

from acclimate.evaluate.section import Evaluate
from acclimate.evaluate.terms import Term, words_of
from acclimate.evaluate.terms_measure import Terms, measure_terms, terms_of
from tests.evaluate.arms import FakeArm, record, spelling, text, word_level

TERMS = Terms([Term(name, words_of(name), "k", ("k",), 12) for name in ("stent", "iron")])


def test_a_glossary_keeps_what_most_training_groups_have(tmp_path: Path) -> None:
    (tmp_path / "g.txt").write_text("ulcer\nstent\niron\n", encoding="utf-8")
    training = [text("iron and a stent", "a", "x"), text("iron", "b", "y"), text("iron", "c", "y")]
    found = terms_of(training, [], Evaluate(terms=str(tmp_path / "g.txt"), max_terms=2))
    assert [(term.text, term.groups) for term in found.terms] == [("stent", 1), ("iron", 2)]
    assert not found.fields


def test_what_is_mined_depends_on_the_rows() -> None:
    assert terms_of([record()], [], Evaluate()).fields
    assert not terms_of([text("plain")], [], Evaluate()).fields
    assert terms_of([text("plain")], [], Evaluate(terms=None)).terms == []


def test_a_tokenizer_without_the_terms_is_refused() -> None:
    arms = {"before": FakeArm(word_level("we saw a")), "after": FakeArm(spelling())}
    found = measure_terms(arms, [text("we saw a stent")], TERMS, Evaluate())
    assert "before" in found.refused
    assert measure_terms({"after": arms["after"]}, [text("we saw a stent")], TERMS, Evaluate()).refused == ""


def test_an_arm_that_stands_twice_is_asked_once() -> None:
    arm, alone = FakeArm(spelling()), FakeArm(spelling())
    both = measure_terms({"before": arm, "after": arm}, [text("we saw a stent")], TERMS, Evaluate())
    measure_terms({"after": alone}, [text("we saw a stent")], TERMS, Evaluate())
    assert len(arm.asked) == len(alone.asked) > 0
    assert both.sums["before"][0].value == both.sums["after"][0].value
