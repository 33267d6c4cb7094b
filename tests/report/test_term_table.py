from dataclasses import replace

from acclimate.core.proof import Proof, TermLine, TermsProof
from acclimate.report.html import render_html
from acclimate.report.markdown import render_markdown
from acclimate.report.term_table import HEADS, term_rows
from tests.report.example import example_proof

MANY = TermLine("angina <b>", "code", "learnt", 12, True, 4, 9.5, 3.25, 0.25, 0.75)
FEW = TermLine("Millerosis", "code", "lost", 9, False, 3, 2.0, 5.0, 1.0, 0.0)


def proof() -> Proof:
    return replace(example_proof(), terms=TermsProof("30 terms were asked for.", [MANY, FEW]))


def test_a_row_in_words() -> None:
    (row, _) = term_rows(proof())
    assert dict(zip(HEADS, row, strict=True))["Bits, adapted"].startswith("3.2")
    assert row[:3] == ["angina <b>", "code", "learnt"]
    assert [cell.replace("\u202f", "").replace("\u00a0", "").replace(" ", "") for cell in row[5:]] == [
        "25%",
        "75%",
        "4",
    ]


def test_only_terms_of_ten_groups_are_shared() -> None:
    for shared in (render_html(proof()), render_markdown(proof()), str(proof().to_json())):
        assert "angina" in shared
        assert "Millerosis" not in shared
    private = render_html(proof(), private=True)
    assert "Millerosis" in private
    assert "angina &lt;b&gt;" in private


def test_all_of_it_survives_json() -> None:
    assert Proof.from_json(proof().to_json(private=True)).terms == proof().terms


def test_without_terms_there_is_no_section() -> None:
    assert "own terms" not in render_html(replace(example_proof(), terms=TermsProof()))
