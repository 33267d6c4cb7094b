"""A comparison as people see it: which change is which, nothing of the data, everything escaped."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from acclimate.core.comparison import ComparedRun, Comparison, Outcome
from acclimate.core.proof import Cost, ModelFacts
from acclimate.core.scores import Score, Verdict
from acclimate.report.compare import parts, render_comparison, said, write_comparison
from tests.report.browser import open_page


def line(run: str, when: str, value: float, against: str | None = None) -> Score:
    ends = (value - 0.05, value + 0.05)
    return Score("adapt", when, "test", "bits_per_byte", value, "bits/byte of hidden words", "lower", 900, *ends, against,
                 "patient_id", 30, against == "base" or None, run)  # fmt: skip


def run(name: str, trainable: int, seconds: float) -> ComparedRun:
    model = ModelFacts("starter:encoder", "encoder", 1000, trainable, "Every weight was trained (full).")
    cost = Cost(seconds + 9, seconds, 1234.0, 2_000_000_000, 60, 2, "cpu")
    return ComparedRun(name, model, Verdict("better", "bits_per_byte", "So it is."), "kept (below 2 %).", cost)


def example() -> Comparison:
    scores = [
        line("full", "before", 3.0), line("full", "after", 2.0), line("full", "change", -1.0, "base"),
        line("lora", "before", 3.0), line("lora", "after", 2.25), line("lora", "change", -0.75, "base"),
        line("lora", "change", 0.25, "run:full"),
    ]  # fmt: skip
    return Comparison(
        "full / lora", "2025-11-21T06:45:00+00:00", [run("full", 1000, 60.0), run("lora", 20, 30.0)], scores,
        [Outcome("lora", "full", "worse")], "bits_per_byte", "30 groups (patient_id)", ["A note."], 0.95, "0.1.0",
    )  # fmt: skip


def cells(made: Comparison) -> dict[str, list[str]]:
    return {
        one.label: [cell.text.replace("\u00a0", " ") for cell in one.cells]
        for part in parts(made)
        for one in part.lines
    }


def test_the_table_says_which_change_is_which() -> None:
    table = cells(example())
    assert table["Bits per byte, base"] == ["3.00", "3.00"]
    assert table["Bits per byte, adapted"] == ["2.00", "2.25"]
    assert table["Bits per byte, against its own base"] == ["−1.00", "−0.750"]
    assert table["Bits per byte, against full"] == ["", "+0.250"]
    assert table["Trained weights"] == ["1,000", "20"]
    assert table["Training alone"] == ["1 min", "30.0 s"]
    assert table["Speed"] == ["1,234", "1,234"]
    assert "General text (what may have been forgotten)" not in [part.title for part in parts(example())]


def of_part(data: str, name: str, part: str | None) -> list[Score]:
    """What both runs measured of something; the second one knows half of it."""
    found = []
    for one, low in (("full", 1.0), ("lora", 2.0)):
        made = replace(line(one, "after", low), data=data, name=name, slice=part)
        found += [made, replace(made, when="change", value=low - 3, low=None, high=None, against="base", primary=False)]
    return found


def test_terms_and_subgroups_stand_side_by_side() -> None:
    scores = [*example().scores, *of_part("terms", "term_bits", None), *of_part("terms", "term_mrr", None),
              *of_part("test", "bits_per_byte", "sex=F")]  # fmt: skip
    made = replace(example(), scores=scores)
    table = cells(made)
    assert table["Bits per term, adapted"] == ["1.00", "2.00"]
    assert table["Bits per term, against its own base"] == ["−2.00", "−1.00"]
    assert "Bits per term, against full" not in table
    assert table["Mean reciprocal rank, adapted"] == ["1.00", "2.00"]
    assert table["sex: F, bits per byte, adapted"] == ["1.00", "2.00"]
    assert table["sex: F, bits per byte, against its own base"] == ["−2.00", "−1.00"]
    assert table["Bits per byte, adapted"] == ["2.00", "2.25"], "that of a part is not that of all"
    titles = [part.title for part in parts(made)]
    assert titles == ["Model", "Test set (never trained on)", "The domain's own terms (as each run was asked for them)",
                      "Subgroups of the test set (as each run measured them)", "Cost"]  # fmt: skip
    assert not [cell for part in parts(made)[2:] for one in part.lines for cell in one.cells if cell.outcome]
    assert "sex: F, bits per byte, adapted" in render_comparison(made)


def test_a_subgroup_that_one_run_has_alone() -> None:
    scores = [*example().scores, *(one for one in of_part("test", "bits_per_byte", "ward=9") if one.run == "lora")]
    assert cells(replace(example(), scores=scores))["ward: 9, bits per byte, adapted"] == ["", "2.00"]


def test_a_change_is_coloured_by_its_own_verdict() -> None:
    outcomes = {one.label: [cell.outcome for cell in one.cells] for part in parts(example()) for one in part.lines}
    assert outcomes["Bits per byte, against its own base"] == ["better", "better"]
    assert outcomes["Bits per byte, against full"] == ["", "worse"]


def test_the_sentence_has_both_names_the_interval_and_the_groups() -> None:
    made = example()
    sentence = said(made, made.outcomes[0]).replace("\u00a0", " ")
    assert sentence == (
        "lora against full: bits per byte +0.250 (95 % interval +0.200 to +0.300), 30 groups (patient_id): worse."
    )
    silent = Outcome("lora", "full", "not measurable", "Too few patients.")
    assert said(made, silent) == "lora against full: not measurable. Too few patients."


def test_the_page_needs_nothing_else_and_escapes_everything() -> None:
    bad = "<script>x</script>"
    made = example()
    runs = [replace(made.runs[0], name=bad, model=replace(made.runs[0].model, base=bad)), *made.runs[1:]]
    html = render_comparison(replace(made, name=bad, runs=runs, notes=[bad], outcomes=[Outcome(bad, bad, bad, bad)]))
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert not re.search(r"https?://|url\(|@import", html)
    assert "default-src 'none'" in html


def test_secrets_and_homes_do_not_get_in(tmp_path: Path) -> None:
    made = replace(example(), notes=["/home/ann/x hf_AbCdEfGhIjKlMnOpQrStUvWx"])
    write_comparison(made, tmp_path / "new")
    html = (tmp_path / "new" / "compare.html").read_text(encoding="utf-8")
    assert "/home/ann" not in html
    assert "hf_AbC" not in html


def test_the_json_holds_lines_as_in_scores_json(tmp_path: Path) -> None:
    page, scores = write_comparison(example(), tmp_path)
    assert (page.name, scores.name) == ("compare.html", "compare.json")
    lines = json.loads(scores.read_text(encoding="utf-8"))
    assert [Score.from_json(one) for one in lines] == example().scores
    assert lines[-1]["against"] == "run:full"


def test_it_goes_through_json_and_back() -> None:
    assert Comparison.from_json(json.loads(json.dumps(example().to_json()))) == example()


@pytest.mark.browser
def test_a_picture_of_it_is_not_empty(tmp_path: Path) -> None:
    page, _ = write_comparison(example(), tmp_path)
    picture = tmp_path / "picture.png"
    open_page(page, "--window-size=1280,900", f"--screenshot={picture}")
    assert len(picture.read_bytes()) > 30_000
