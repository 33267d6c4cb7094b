from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acclimate.core.proof import Example, Piece, Proof, TermsProof
from acclimate.core.scores import Score, Verdict
from acclimate.report.html import render_html
from tests.report.example import bare_proof, example_proof, with_every_text

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style><script>alert(1)</script>",
    "</pre></main></body>",
    "<!-- -->",
    "{{ 7331*7 }}{% raw %}{# x #}",
    "{{ ''.__class__ }}",
    "${7331*7}",
    "&lt;script&gt;",
    "javascript:alert(1)",
]


class Structure(HTMLParser):
    """The elements of a page with their attributes, without texts."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        self.elements.append((f"/{tag}", ()))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.elements.append(("comment", ()))


def structure(html: str) -> Structure:
    parsed = Structure()
    parsed.feed(html)
    parsed.close()
    return parsed


def text_of(html: str) -> str:
    return " ".join(" ".join(structure(html).texts).split()).replace("\u00a0", " ")


@cache
def tame_elements() -> list[tuple[str, tuple[str, ...]]]:
    return structure(render_html(with_every_text(example_proof(), "xx"), private=True)).elements


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_text_of_the_data_becomes_markup(hostile: str) -> None:
    html = render_html(with_every_text(example_proof(), hostile), private=True)
    assert structure(html).elements == tame_elements()
    assert hostile in "".join(structure(html).texts)  # shown as what it is
    assert "51317" not in html  # 7331 * 7: the template language does not read data
    if "<" in hostile:
        assert hostile not in html


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=30))
def test_no_text_at_all_becomes_markup(text: str) -> None:
    html = render_html(with_every_text(example_proof(), f"x{text}x"), private=True)
    assert structure(html).elements == tame_elements()


@pytest.mark.parametrize("field", ["when", "data", "better", "against", "unit", "name", "phase", "resampled_by"])
def test_names_of_scores_are_escaped_too(field: str) -> None:
    proof = example_proof()
    scores = [replace(score, **{field: "<script>alert(1)</script>"}) for score in proof.scores]  # type: ignore[arg-type]
    assert "<script" not in render_html(replace(proof, scores=scores))


def test_a_verdict_nobody_knows_is_escaped() -> None:
    assert "<script" not in render_html(replace(example_proof(), verdict=Verdict("<script>", "<script>", "<script>")))


@pytest.mark.parametrize("private", [False, True])
def test_the_file_needs_nothing_else(private: bool) -> None:
    html = render_html(example_proof(), private=private)
    page = structure(html)
    assert "http://" not in html
    assert "https://" not in html
    assert "url(" not in html
    assert "@import" not in html
    assert {tag for tag, _ in page.elements}.isdisjoint({"script", "iframe", "img", "object", "embed", "form", "base"})
    assert [value for name, value in page.attributes if name in {"src", "href", "action"}] == ["data:,"]
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    policy = next(value for name, value in page.attributes if name == "content" and "default-src" in value)
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert html.index("Content-Security-Policy") < html.index("<title>")


def test_addresses_in_the_data_stay_text() -> None:
    html = render_html(with_every_text(example_proof(), "https://tracker.example/x.png"))
    assert [value for name, value in structure(html).attributes if name in {"src", "href"}] == ["data:,"]


def test_examples_are_shown_in_the_private_report_alone() -> None:
    secret = "Ann Example, born 1931"
    proof = replace(example_proof(), examples=[Example(secret, [Piece(secret), Piece(secret, True, secret, secret)])])
    assert secret not in render_html(proof)
    private = render_html(proof, private=True)
    assert private.count(secret) == 5
    assert "Share report.html instead" in private


def test_guesses_are_told_apart() -> None:
    html = render_html(example_proof(), private=True)
    assert html.count('<span class="hidden right"><b>') == 3  # two restored, and the key
    assert html.count('<span class="hidden wrong"><b>') == 3
    said = text_of(html)
    assert "base “the” , adapted “I50.9”".replace(" ,", ",") in said
    assert "base nothing, adapted “furosemide”" in said


def test_the_first_screen_says_what_counts() -> None:
    said = text_of(render_html(example_proof()))
    first = said[: said.index("The evidence")]
    for part in (
        "▲ Better",
        "needs 2.1 bits per byte less than the base on 312 unseen patients",
        "The patient records are made up.",
        "2.412 – 2.426 +0.60 % +0.09 to +1.11 %",
        "3.90 3.10 1.80 −2.10 −53.8 % −2.30 to −1.90 against the control −1.30 (−1.50 to −1.10)",
        "40.2 % the row's last value of the field",
        "0.900 the best possible",
        "312 groups (patient_id), 312 rows, 124,665 tokens",
        "kept (below 2 %)",
        "70 %",
        "95 % interval",
    ):
        assert part in first


@pytest.mark.parametrize(
    "verdict,badge",
    [
        ("better", "Better"),
        ("worse", "Worse"),
        ("no difference shown", "No difference shown"),
        ("not measurable", "Not measurable"),
    ],
)
def test_each_verdict_has_its_badge(verdict: str, badge: str) -> None:
    html = render_html(replace(example_proof(), verdict=Verdict(verdict, "bits_per_byte", "So it is.")))
    badges = ("Better", "Worse", "No difference shown", "Not measurable")
    assert [one for one in badges if f"</span> {one}</p>" in html] == [badge]
    assert f"<title>{badge}: hospital_demo</title>" in html


def test_at_most_four_caveats_stand_on_the_first_screen() -> None:
    said = text_of(render_html(replace(example_proof(), caveats=[f"caveat {place}." for place in range(6)])))
    evidence = said.index("The evidence")
    assert [said.index(f"caveat {place}.") < evidence for place in range(6)] == [True] * 4 + [False] * 2


PARTS = {
    "Training": {"curve": []},
    "What became of every row": {"ledger": []},
    "Every score that was measured": {"scores": []},
    "Data": {"data": []},
    "Leaks": {"leaks": None},
    "Your domain (test set, never trained on)": {"scores": []},
    "Decisions the program took": {"notes": []},
    "Before you rely on this": {"caveats": []},
    "The recipe, with every default": {"recipe": ""},
    "Cost": {"cost": bare_proof().cost},
}


SHORT = {
    "Test set": {"data": [], "split": ""},
    "Forgetting": {"retention": ""},
    "Possible gain": {"floor_share": None},
}


@pytest.mark.parametrize("title", SHORT)
def test_empty_lines_are_left_out(title: str) -> None:
    assert f"<dt>{title}</dt>" in render_html(example_proof())
    assert f"<dt>{title}</dt>" not in render_html(replace(example_proof(), **SHORT[title]))  # type: ignore[arg-type]


@pytest.mark.parametrize("title", PARTS)
def test_empty_parts_are_left_out(title: str) -> None:
    def heads(proof: Proof) -> list[str]:
        return [head.strip() for head in re.findall(r"<h2[^>]*>([^<]*)", render_html(proof))]

    assert title in heads(example_proof())
    assert title not in heads(replace(example_proof(), **PARTS[title]))  # type: ignore[arg-type]


@pytest.mark.parametrize("proof", [bare_proof(), example_proof()], ids=["bare", "example"])
def test_nothing_unknown_is_written_as_such(proof: Proof) -> None:
    nan = float("nan")
    scores = [replace(score, value=nan) for score in proof.scores]
    for each in (proof, replace(proof, scores=scores, curve=[{"step": 1, "loss": nan}], floor_share=0.0)):
        said = text_of(render_html(each, private=True))
        assert not re.search(r"\b(None|nan|NaN|inf|undefined)\b", said.replace(example_proof().recipe, ""))


def test_charts_are_there_for_desktop_and_telephone() -> None:
    html = render_html(example_proof())
    assert html.count('class="chart"') == 6  # loss, learning rate, speed
    assert html.count('class="wide"') == html.count('class="narrow"') == 3
    assert html.count("<title>Loss over updates</title><desc>Training loss fell from") == 2
    assert html.count('role="img"') == html.count("<svg ") == html.count("<svg class=") > 6


def test_the_evidence_has_its_order() -> None:
    proof = replace(example_proof(), curve=example_proof().curve[:-1])
    heads = [head.strip() for head in re.findall(r"<h2[^>]*>([^<]*)", render_html(proof, private=True))]
    wanted = [
        "Before you rely on this", "The evidence", "Your domain (test set, never trained on)", "General text (what may have been forgotten)",
        "The domain's own terms", "Training", "Subgroups", "Leaks", "Privacy", "Examples", "What became of every row", "Data", "Model",
        "Cost", "Decisions the program took", "Provenance", "Methods", "Every score that was measured", "The recipe, with every default",
    ]  # fmt: skip
    assert [unescape(head) for head in heads] == wanted


MANY = [("before", None, 0.5), ("after", None, 0.6), ("change", "base", 0.1)]


def test_thirty_scores_that_nobody_knows_and_many_slices() -> None:
    def lines(name: str, part: str | None) -> list[Score]:
        unit = "a unit nobody knows"
        return [
            Score("adapt", when, "test", name, value, unit, "higher", 9, against=against, groups=12, slice=part)
            for when, against, value in MANY
        ]

    own = [line for number in range(30) for line in lines(f"score_{number}", None)]
    parts = [line for number in range(40) for line in lines("bits_per_byte", f"ward={number}")]
    html = render_html(replace(example_proof(), scores=[*example_proof().scores, *own, *parts], curve=[]))
    first, evidence = html.split('<h2 class="part">')
    assert first.count('<th scope="row">') == 5
    assert evidence.count("a unit nobody knows, ↑ higher is better") == 30
    assert len(re.findall(r"ward: \d+", evidence)) == 40
    assert text_of(evidence).count("Score 29") == 5  # its row, its drawing, and each of its lines


def test_a_report_without_curve_terms_and_retention_reads_well() -> None:
    tests = [
        score
        for score in example_proof().scores
        if score.data == "test" and score.when in ("before", "after", "change")
    ]
    proof = replace(
        example_proof(), scores=tests, curve=[], retention="", terms=TermsProof(), floor_share=None, recipe=""
    )
    for private in (False, True):
        said = text_of(render_html(proof, private=private))
        assert "own terms" not in said
        assert "Training alone" in said  # its cost
        assert "Validation loss" not in said
        assert "Forgetting was not measured." in said
        assert "Floors" not in said


def test_secrets_and_homes_do_not_get_in() -> None:
    secret = "hf_AbCdEfGhIjKlMnOpQrStUvWx"
    html = render_html(with_every_text(example_proof(), f"/home/ann/x {secret}"), private=True)
    shared = html[: html.index("<h2>Examples")] + html[html.index("<h2>What became") :]
    assert secret not in shared
    assert "/home/ann" not in shared
