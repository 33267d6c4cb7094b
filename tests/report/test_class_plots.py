import json
import re
from dataclasses import replace

import pytest

from acclimate.core.curves import Bin, ClassCurves, LabelCurve
from acclimate.core.proof import Proof
from acclimate.report.class_plots import class_part
from acclimate.report.html import render_html
from tests.report.example import bare_proof, example_proof

CURVE = LabelCurve("flu", 25, 75, [(0.0, 0.0), (0.04, 0.8), (1.0, 1.0)], [(0.8, 0.87), (1.0, 0.25)])
CURVES = ClassCurves(["cold", "flu"], [[72, 3], [5, 20]], [CURVE], [Bin(0.85, 0.9, 80), Bin(0.6, 0.5, 20)])


def test_the_matrix_has_counts_shares_and_sums() -> None:
    assert class_part(CURVES).table == (
        ["Right label", "said cold", "said flu", "all"],
        [
            ["cold", "72 (96\N{NO-BREAK SPACE}%)", "3 (4\N{NO-BREAK SPACE}%)", "75"],
            ["flu", "5 (20\N{NO-BREAK SPACE}%)", "20 (80\N{NO-BREAK SPACE}%)", "25"],
        ],
    )


def test_each_curve_is_said_in_words() -> None:
    roc, found, reliability = (str(charts[0][1]) for charts in class_part(CURVES).charts)
    assert "80\N{NO-BREAK SPACE}% of those with it and 4\N{NO-BREAK SPACE}% of those without" in roc
    assert "87\N{NO-BREAK SPACE}% of what is said is right; guessing: 25\N{NO-BREAK SPACE}%" in found
    assert "6.0\N{NO-BREAK SPACE}% apart" in reliability
    for drawing in (roc, found, reliability):
        assert "<title" in drawing
        assert len(re.findall(r'class="(?:first|second) line"', drawing)) == 4  # two lines, and two in the legend


def test_at_most_four_labels_are_drawn_the_most_frequent() -> None:
    many = replace(
        CURVES, curves=[replace(CURVE, label=f"label {number}", positives=10 + number) for number in range(7)]
    )
    part = class_part(many)
    assert len(part.charts) == 2 * 4 + 1
    assert "label 6" in str(part.charts[0][0][1])
    assert "the 4 most frequent of 7 labels" in part.sentence


@pytest.mark.parametrize("proof", [example_proof(), bare_proof()])
def test_the_report_has_the_part_where_there_are_curves(proof: Proof) -> None:
    page = render_html(replace(proof, curves_of_classes=CURVES))
    assert "what is taken for what" in page
    assert "20 (80\N{NO-BREAK SPACE}%)" in page
    assert "what is taken for what" not in render_html(proof)


def test_a_label_is_text_and_nothing_else() -> None:
    hostile = '"><script>alert(1)</script>'
    bad = replace(CURVES, labels=[hostile, "flu"], curves=[replace(CURVE, label=hostile)])
    page = render_html(replace(bare_proof(), curves_of_classes=bad))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_curves_of_several_labels_have_no_matrix() -> None:
    part = class_part(replace(CURVES, labels=[], confusion=[]))
    assert (part.table, part.sentence) == (([], []), "")
    assert class_part(None) is None


def test_a_proof_with_curves_comes_back() -> None:
    proof = replace(bare_proof(), curves_of_classes=CURVES)
    assert Proof.from_json(json.loads(json.dumps(proof.to_json()))) == proof
