from __future__ import annotations

import re
from dataclasses import replace

import pytest

from acclimate.report.markdown import fenced, plain, render_markdown, table
from tests.report.example import bare_proof, example_proof, with_every_text
from tests.report.test_html import HOSTILE


def outside_code(text: str) -> str:
    return re.sub(r"^(`{3,}).*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("hostile", [text for text in HOSTILE if "<" in text])
def test_no_text_of_the_data_becomes_html(hostile: str) -> None:
    report = render_markdown(with_every_text(example_proof(), hostile))
    assert hostile not in outside_code(report)
    assert "<" not in outside_code(report)


@pytest.mark.parametrize(
    "text,shown",
    [
        ("![x](http://tracker/x.png)", r"!\[x\](http://tracker/x.png)"),
        ("a | b", r"a \| b"),
        ("two\nlines\n# head", r"two lines \# head"),
        ("*bold* `code` ~~gone~~", r"\*bold\* \`code\` \~\~gone\~\~"),
        ("patient_id and _this_", r"patient_id and \_this\_"),
        ("- item", r"\- item"),
        ("12. item", r"12\. item"),
        ("+2 points", r"\+2 points"),
        ("a & b < c", "a &amp; b &lt; c"),
        ("back\\slash", r"back\\slash"),
    ],
)
def test_markup_is_escaped(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_code_cannot_leave_its_fence() -> None:
    block = fenced("a\n````\n<script>", "yaml")
    assert block.startswith("`````yaml\n")
    assert block.endswith("\n`````")


def test_tables_have_as_many_cells_as_heads() -> None:
    assert table(["A", "B"], [["1 | 2", "+3"]]) == "| A | B |\n| --- | --- |\n| 1 \\| 2 | +3 |"
    for line in render_markdown(with_every_text(example_proof(), "a | b")).splitlines():
        if line.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", line)) in {6, 8, 9}


def test_it_says_what_the_page_says() -> None:
    report = render_markdown(example_proof()).replace("\u00a0", " ")
    for part in (
        "# hospital_demo: better",
        "| 3.90 | 1.80 | −2.10 (−53.8 %) | −2.30 to −1.90 | 3.10 | −1.30 (−1.50 to −1.10) |",
        "Validation loss was still falling at the end",
        "(Kauf and Ivanova 2023)",
        "- Kauf, C. and Ivanova, A. (2023).",
        "| 2.412 | 2.426 | +0.0145 (+0.6 %) | +0.0021 to +0.0268 |",
        "without a neural network: 40.2 %",
        "The patient records are made up.",
        "312 groups (patient_id), 312 rows, 124,665 tokens. A patient is",
        "kept (below 2 %)",
        "70 % of the way",
        "| tagged | all | 61,440 | −58,421 merged into others; 1,204 values changed: left out because empty | 3,019 |",
        "acclimate run recipes/demo.yaml",
        "warmup_steps: 0.06",
    ):
        assert part in report


def test_empty_parts_are_left_out() -> None:
    report = render_markdown(bare_proof())
    heads = [line for line in report.splitlines() if line.startswith("#")]
    assert heads == ["# bare: not measurable", "## Model", "## Provenance", "## Methods", "## References"]
    assert not re.search(r"\b(None|nan)\b|\n\n\n", report)


def test_worse_than_before_is_no_share_of_a_gain() -> None:
    assert "none of the way" in render_markdown(replace(example_proof(), floor_share=-0.3))
