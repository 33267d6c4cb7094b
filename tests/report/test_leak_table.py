"""Leaks in words."""

from dataclasses import replace

from acclimate.core.proof import LeakFacts, LeakLine, Proof
from acclimate.report.html import render_html
from acclimate.report.leak_table import ELSEWHERE, UNKNOWN, leak_sentences, leak_table
from acclimate.report.markdown import render_markdown
from tests.report.example import bare_proof

LINES = [
    LeakLine("adapt", "test", texts=2465, too_short=1, covered=592, counted=173, rows=1102, removed=1102),
    LeakLine("adapt", "general", texts=60, too_short=0, covered=0, counted=0, rows=0, removed=0),
]


def proof(action: str = "remove", lines: list[LeakLine] = LINES) -> Proof:
    return replace(bare_proof(), leaks=LeakFacts(action, 0.8, 0.5, 13, 30, 10, lines))


def test_the_table() -> None:
    heads, rows = leak_table(proof())
    assert len(heads) == len(rows[0])
    assert [cell.replace("\xa0", " ") for cell in rows[0][2:]] == [
        "2,465",
        "592 (24.0 %)",
        "173 (7.0 %)",
        "1,102",
        "1,102",
    ]
    assert rows[1][2:] == ["60", "0", "0", "0", "0"]


def test_what_was_looked_for_and_what_was_not() -> None:
    said = " ".join(leak_sentences(proof())).replace("\xa0", " ")
    assert "similarity 0.8 or more" in said
    assert "runs of 13 words (of tagged records: 30 values)" in said
    assert "10 or more groups" in said
    assert "1 held-out text was too short" in said
    assert "were taken out before training" in said
    assert said.endswith(UNKNOWN)
    assert "were left in" in " ".join(leak_sentences(proof("report")))
    assert leak_sentences(proof("off", [])) == [
        "Held-out text was not looked for in the training text (leaks: off).",
        UNKNOWN,
    ]
    assert leak_sentences(bare_proof()) == []


def test_validation_text_against_test_text_has_its_line_and_its_sentence() -> None:
    both = LeakLine(
        "adapt", "test", 2465, too_short=1, covered=9, counted=9, rows=2, removed=0, looked_through="validation"
    )
    _, rows = leak_table(proof(lines=[*LINES, both]))
    assert [row[0] for row in rows] == ["training set of adapt", "training set of adapt", "validation set of adapt"]
    said = " ".join(leak_sentences(proof(lines=[*LINES, both]))).replace("\xa0", " ")
    assert "2 validation rows overlap test text and stayed." in said
    assert "1 held-out text was too short" in said, "the same text is not counted twice"


def test_in_both_reports() -> None:
    for text in (render_markdown(proof()), render_html(proof())):
        assert "Leaks" in text
        assert "2,465" in text
        assert UNKNOWN in text
    assert "Leaks" not in render_markdown(bare_proof())


def test_to_json_and_back() -> None:
    assert Proof.from_json(proof().to_json()).leaks == proof().leaks


def test_a_model_from_elsewhere_was_not_checked() -> None:
    model = replace(proof().model, elsewhere=True)
    said = leak_sentences(replace(proof(), model=model))
    assert "none taken out" in said[0]
    assert "before training" not in said[0]
    assert said[-2:] == [ELSEWHERE, UNKNOWN]
    assert leak_sentences(replace(proof(), model=model, leaks=None)) == [ELSEWHERE, UNKNOWN]
