"""The sheet: what stands in it, what a spreadsheet or a browser makes of it, and the outcome in words."""

from __future__ import annotations

import base64
import csv
import hashlib
import html
import io
import re
from dataclasses import replace
from pathlib import Path

import pytest

from acclimate.core.review import Agreement, Filled, Key, KeyRow, ReviewOutcome, Sheet, SheetRow
from acclimate.evaluate.review_files import read_filled
from acclimate.report.review import render_csv, render_page, sentences, write_sheet
from tests.report.browser import open_page

EVIL = "<script>document.body.dataset.ran = 'yes'</script>\"'&"
SHEET = Sheet(
    "abc",
    (
        SheetRow("abc-001", "What is\nhypertension?", "High blood pressure.", "左边 高血压", "right one"),
        SheetRow("abc-002", EVIL, EVIL, EVIL, EVIL),
        SheetRow("abc-003", "=1+1", "", "-x", "@y"),
    ),
)
KEY = Key("abc", 0, tuple(KeyRow(row.item, "g", row.item, "left") for row in SHEET.rows))
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')

DRIVER = """<script>
addEventListener("load", () => {
  let text = "";
  window.Blob = function (parts) { text = parts.join(""); };
  URL.createObjectURL = () => "#";
  const pick = (item, value) => document.querySelector(`[data-item="${item}"] input[value="${value}"]`).click();
  pick("abc-001", "left"); pick("abc-003", "tie"); pick("abc-003", "right");
  const write = (where, text) => { where.value = text; where.dispatchEvent(new Event("input", { bubbles: true })); };
  write(document.querySelector('[data-item="abc-002"] textarea'), 'unsure, "both" bad');
  write(document.querySelector('[data-item="abc-003"] textarea'), "=SUM(A1)");
  write(document.getElementById("reviewer"), " Dr. Müller ");
  document.getElementById("download").click();
  document.body.dataset.csv = text;
  document.body.dataset.kept = localStorage.getItem("acclimate review abc");
});
</script></body>"""


def test_the_csv_says_all_and_holds_no_formula() -> None:
    text = render_csv(SHEET, reference=False)
    assert text.startswith("\ufeffitem,prompt,left,right,choice,reviewer,comment\r\n")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert rows[0] == {
        "item": "abc-001", "prompt": "What is\nhypertension?", "left": "左边 高血压", "right": "right one",
        "choice": "", "reviewer": "", "comment": "",
    }  # fmt: skip
    assert [rows[2][name] for name in ("prompt", "left", "right")] == ["'=1+1", "'-x", "'@y"]
    assert "reference" in render_csv(SHEET, reference=True).partition("\n")[0]


def test_the_page_is_one_file_that_escapes_what_came_from_data() -> None:
    page = render_page(SHEET, "my <run>", reference=True)
    assert page.count("<script") == 1
    assert EVIL not in page
    assert page.count(html.escape(EVIL).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")) == 4
    assert "my &lt;run&gt;" in page
    assert not re.search(r"https?://|@import|\bsrc=", page)
    assert "High blood pressure." not in render_page(SHEET, "x", reference=False)
    script = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page


def test_neither_names_a_model() -> None:
    for text in (render_csv(SHEET, reference=True), render_page(SHEET, "x", reference=True)):
        assert not re.search(r"adapted|\bbase\b", re.sub(r"base-uri", "", text))


def test_its_classes_are_not_the_reports() -> None:
    """The page takes colours and type from report.css; a class of the same name would take its boxes too."""
    import acclimate.report

    folder = Path(acclimate.report.__file__).parent / "templates"
    mine, theirs = (
        set(re.findall(r"\.([a-z][\w-]*)", (folder / name).read_text(encoding="utf-8")))
        for name in ("review.css", "report.css")
    )
    assert {"one-answer", "pair-of-answers"} <= mine
    assert not mine & theirs


@pytest.mark.browser
def test_its_own_script_runs_under_its_policy_and_no_other_does(tmp_path: Path) -> None:
    more = "<script>document.body.dataset.ran = 'yes'</script></body>"
    page = render_page(SHEET, "x", reference=True).replace("</body>", more)
    (tmp_path / "kept.html").write_text(page, encoding="utf-8")
    shown = open_page(tmp_path / "kept.html", "--dump-dom")
    assert "0 of 3 chosen" in shown
    assert "data-ran" not in shown
    (tmp_path / "bare.html").write_text(POLICY.sub("", page), encoding="utf-8")
    assert "data-ran" in open_page(tmp_path / "bare.html", "--dump-dom")  # the check can fail


@pytest.mark.browser
def test_what_is_chosen_in_a_browser_comes_back_as_csv(tmp_path: Path) -> None:
    _, page = write_sheet(SHEET, tmp_path, "x", reference=False)
    driven = POLICY.sub("", page.read_text(encoding="utf-8")).replace("</body>", DRIVER)
    page.write_text(driven, encoding="utf-8")
    shown = open_page(page, "--dump-dom")
    assert "2 of 3 chosen" in shown
    assert len(re.findall(r'class="pair-of-answers done"', shown)) == 2
    text = html.unescape(re.findall(r'data-csv="([^"]*)"', shown)[0])
    (tmp_path / "filled.csv").write_text(text, encoding="utf-8")
    assert read_filled([tmp_path / "filled.csv"], KEY) == [
        Filled("Dr. Müller", {"abc-001": "left", "abc-003": "right"}, 2)
    ]
    comments = [row["comment"] for row in csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline=""))]
    assert comments == ["", 'unsure, "both" bad', "'=SUM(A1)"]
    kept = html.unescape(re.findall(r'data-kept="([^"]*)"', shown)[0])

    before = f"<script>localStorage.setItem('acclimate review abc', {kept!r})</script><script>"
    again = POLICY.sub("", render_page(SHEET, "x", reference=False)).replace("<script>", before)
    (tmp_path / "again.html").write_text(again, encoding="utf-8")
    assert "2 of 3 chosen" in open_page(tmp_path / "again.html", "--dump-dom")


MEASURE = """<script>addEventListener("load", () => {
  const width = one => Math.round(one.getBoundingClientRect().width);
  const wide = [...document.querySelectorAll("main *, .hand-over *")].filter(
    one => one.getBoundingClientRect().right > innerWidth + 0.5);
  parent.document.body.dataset.measured = [document.documentElement.scrollWidth, wide.length,
    width(document.querySelector("main")), ...[...document.querySelectorAll(".one-answer")].slice(0, 2).map(width)].join(" ");
})</script></body>"""


@pytest.mark.browser
@pytest.mark.parametrize("width, beside", [(390, False), (1280, True)])
def test_the_answers_fill_the_page_and_nothing_sticks_out(width: int, beside: bool, tmp_path: Path) -> None:
    long = replace(SHEET, rows=(replace(SHEET.rows[0], left="x" * 500), *SHEET.rows[1:]))
    copy = POLICY.sub("", render_page(long, "x", reference=True)).replace("</body>", MEASURE)
    frame = f'<iframe style="border: 0; width: {width}px; height: 900px" srcdoc="{html.escape(copy)}"></iframe>'
    (tmp_path / "page.html").write_text(f"<!doctype html><meta charset=utf-8><body>{frame}</body>", encoding="utf-8")
    shown = open_page(tmp_path / "page.html", "--window-size=1400,1000", "--dump-dom")
    total, sticking_out, main, left, right = map(int, re.findall(r'data-measured="([^"]*)"', shown)[0].split())
    assert (total, sticking_out, left) == (width, 0, right)
    assert main * 0.8 < (left + right if beside else left) < main


OUTCOME = ReviewOutcome(0.625, 0.55, 0.7, 0.95, 40, 45, 10, 25, 2, {"a": 0.6, "b": 0.65}, 0.5, Agreement("Cohen's kappa", 0.417, 38))  # fmt: skip


def test_the_outcome_in_words() -> None:
    said = " ".join(sentences(OUTCOME)).replace("\u00a0", " ")
    assert said == (
        "The adapted model won 62.5 % of the comparisons, ties as halves (95 % interval 55.0 % to 70.0 %, 40 groups; "
        "2 rows answered alike count as ties). 45 wins, 10 ties, 25 losses in 80 choices of 2 reviewers. "
        "The reviewers prefer the adapted model. "
        "Agreement of the reviewers: Cohen's kappa 0.42 (38 comparisons judged by more than one). "
        "The left side was chosen in 50.0 % of the choices that are no tie."
    )


@pytest.mark.parametrize("groups, said", [(1, "1 group is too few"), (7, "7 groups are too few")])
def test_without_an_interval_it_says_of_how_few_groups(groups: int, said: str) -> None:
    words = " ".join(sentences(replace(OUTCOME, low=None, high=None, groups=groups)))
    assert f"no interval: {said}" in words.replace("\u00a0", " ")


@pytest.mark.parametrize(
    "low, high, said",
    [
        (0.4, 0.6, "No preference shown."),
        (0.2, 0.4, "prefer the base."),
        (None, None, "Too few groups"),
        (0.5, 0.9, "No pref"),
    ],
)
def test_the_verdict_reads_the_interval(low: float | None, high: float | None, said: str) -> None:
    assert said in " ".join(sentences(replace(OUTCOME, low=low, high=high)))
