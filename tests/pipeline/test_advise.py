"""Data where the right advice is known: general text, hospital records, labels that bare words give away."""

import json
import random
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from acclimate.core import extras
from acclimate.core.errors import UserError
from acclimate.core.events import silent
from acclimate.evaluate.rows import EvalText, Tagged
from acclimate.pipeline.advise import advise as module
from acclimate.pipeline.advise.advice import Advice
from acclimate.pipeline.advise.advise import advise
from acclimate.pipeline.advise.domain import LONGEST, Question, domain_of, shortened
from acclimate.pipeline.advise.page import render_advice, tables
from acclimate.samples.files import write_sample
from acclimate.samples.general import passages
from tests.pipeline import tiny

_WORDS = ["the", "patient", "was", "seen", "at", "the", "hospital", "for", "a", "visit", "in", "the", "morning", "of"]


def labelled(place: Path, rows: int = 60, *, told: bool = True) -> Path:
    """Notes with a label; of `told` ones a word gives it away. Two notes belong to one patient."""
    draw = random.Random(0)
    made = []
    for number in range(rows):
        label = ("heart", "lung", "skin")[number % 3]
        words = [draw.choice(_WORDS) for _ in range(12)]
        words[draw.randrange(12)] = {"heart": "artery", "lung": "dose", "skin": "ulcer"}[label] if told else "of"
        made.append({"text": " ".join(words), "ward": label, "category": label, "patient": f"p{number // 2}"})
    return tiny.write_rows(place, made)


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> tuple[Advice, Path]:
    """What is said of general text."""
    place = tmp_path_factory.mktemp("known")
    rows = [{"text": row["text"]} for row in passages("en")]
    data = tiny.write_rows(place / "plain.jsonl", rows)
    return advise(Question(str(data), "starter:encoder", rows=30), place / "out"), place


def test_what_the_model_knows_is_left_alone(known: tuple[Advice, Path]) -> None:
    made, _ = known
    assert made.recommendation.choice == "leave it"
    bits = made.find("test", "bits_per_byte", "change")
    assert bits is not None
    assert bits.low is not None
    assert bits.high is not None
    assert bits.low < 0 < bits.high  # the passages are the general text itself
    assert [option.choice for option in made.options] == ["leave it", "prompt or retrieve", "adapt first"]
    assert all(option.seconds and option.memory for option in made.options)


def test_only_two_files_are_written_and_they_say_the_same(known: tuple[Advice, Path]) -> None:
    made, place = known
    assert sorted(tiny.everything(place)) == ["out/advise.html", "out/advise.json", "plain.jsonl"]
    data = json.loads((place / "out/advise.json").read_text(encoding="utf-8"))
    assert data["recommendation"] == {
        "choice": made.recommendation.choice, "reasons": made.recommendation.reasons}  # fmt: skip
    assert (data["task"], data["model"]) == ("mlm", "starter:encoder")
    assert {"when", "data", "name", "value", "low", "high"} <= set(data["scores"][0])
    page = (place / "out/advise.html").read_text(encoding="utf-8")
    assert "Leave it" in page
    assert all(table.title in page for table in tables(made) if table.lines)
    assert not re.search(r"<script|https?://|src=", page)


def test_no_text_of_the_data_is_in_them(known: tuple[Advice, Path]) -> None:
    _, place = known
    shown = (place / "out/advise.html").read_text(encoding="utf-8") + (place / "out/advise.json").read_text()
    assert not any(row["text"][:25] in shown for row in passages("en"))


def test_hospital_records_are_adapted_to_first(tmp_path: Path) -> None:
    write_sample("hospital", tmp_path / "data", seed=0, size=60)
    made = advise(Question(str(tmp_path / "data/events.csv"), "starter:encoder", rows=20), tmp_path / "out")
    assert made.recommendation.choice == "adapt first", made.recommendation
    assert any("bits per byte" in reason and "does not know" in reason for reason in made.recommendation.reasons)
    assert made.broken_terms > 0


def test_labels_that_bare_words_give_away_need_no_model(tmp_path: Path, encoder: Path) -> None:
    before = tiny.everything(encoder)
    made = advise(Question(str(labelled(tmp_path / "notes.jsonl", 90)), str(encoder), rows=40), tmp_path / "out")
    assert made.recommendation.choice == "leave it"
    assert "TF-IDF" in made.recommendation.reasons[0]
    assert made.label == "category"  # it looks like one; `ward` does not
    majority = made.find("labels", "majority")
    words = made.find("labels", "tfidf_logistic")
    assert majority is not None
    assert words is not None
    assert majority.value == pytest.approx(1 / 3)
    assert words.value > 0.95
    assert words.groups is not None
    assert 20 <= words.groups < words.n  # patients are resampled, not rows
    assert made.find("labels", "frozen_features") is not None
    assert made.find("labels", "zero_shot") is None  # an encoder is not asked
    assert tiny.everything(encoder) == before


def test_labels_that_nothing_gives_away_are_not_solved(tmp_path: Path, decoder: Path) -> None:
    data = labelled(tmp_path / "notes.jsonl", 90, told=False)
    question = Question(str(data), str(decoder), task="classify", label="ward", group="patient", rows=40)
    made = advise(question, tmp_path / "out")
    assert made.recommendation.choice == "fine-tune the task only"
    assert made.label == "ward"
    assert [option.choice for option in made.options][2] == "fine-tune the task only"
    for name in ("zero_shot", "few_shot"):
        score = made.find("labels", name)
        assert score is not None
        assert score.n <= 80
    assert (
        domain_of(question).texts != domain_of(replace(question, rows=20, seed=1)).texts
    )  # which rows are drawn depends on the seed alone
    assert domain_of(question).texts == domain_of(question).texts


def test_a_missing_scikit_learn_is_named_and_stops_only_who_asks(
    tmp_path: Path, encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    monkeypatch.setattr(extras, "find_spec", lambda name: None)
    data = str(labelled(tmp_path / "notes.jsonl"))
    with pytest.raises(UserError, match=r"sklearn is not installed(.|\n)*acclimate\[advise\]"):
        advise(Question(data, str(encoder), label="ward"), tmp_path / "out")
    assert not (tmp_path / "out").exists()
    found = module._with_sklearn(domain_of(Question(data, str(encoder))), wanted=False)
    assert found.labelled is None
    assert any("looks like a label" in note for note in found.notes)


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"task": "clasify"}, "did you mean classify"),
        ({"task": "ner"}, "words with tags"),
        ({"task": "tag", "label": "ward"}, "tag reads no column of labels"),
        ({"rows": 3}, "--rows: 3"),
        ({"label": "wrd"}, "did you mean ward"),
        ({"label": "text"}, "the text itself"),
        ({"label": "patient"}, r"has [34]0 values in|patient has"),
        ({"group": "patent"}, "did you mean patient"),
        ({"data": "/nowhere/at.all"}, "nowhere"),
        ({"model": "starter:encodr"}, "did you mean starter:encoder"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    tmp_path: Path, encoder: Path, changes: dict[str, Any], said: str
) -> None:
    data = labelled(tmp_path / "notes.jsonl")
    with pytest.raises(UserError, match=said):
        advise(Question(**{"data": str(data), "model": str(encoder), **changes}), tmp_path / "out", silent)
    assert not (tmp_path / "out").exists()


def test_classify_needs_a_label(tmp_path: Path, encoder: Path, rows: Path) -> None:
    with pytest.raises(UserError, match="no column looks like a label"):
        domain_of(Question(str(rows), str(encoder), task="classify"))
    with pytest.raises(UserError, match="is a file"):
        advise(Question(str(rows), str(encoder)), rows)


def test_what_is_drawn_is_bounded_and_said(tmp_path: Path, encoder: Path) -> None:
    made = [
        {"text": f"note {number} " + "of the hospital visit " * 150, "source": f"s{number}"} for number in range(80)
    ]
    domain = domain_of(Question(str(tiny.write_rows(tmp_path / "long.jsonl", made)), str(encoder), rows=20))
    assert len(domain.texts) == 20
    assert all(LONGEST - 10 < len(text.text) <= LONGEST for text in domain.texts)
    assert not any(text.text.endswith(("visi", "hospita", " ")) for text in domain.texts)
    notes = " ".join(domain.notes)
    assert "20 of" in notes
    assert "seed 0" in notes
    assert "2,000 characters" in notes


def test_a_record_is_cut_between_events() -> None:

    text = EvalText("1", "1", "x" * 5000, Tagged(","), 10, (900, 1900, 2100))
    cut = shortened(text)
    assert len(cut.text) == 1900
    assert cut.cuts == (900,)


def test_markup_in_names_is_shown_as_text(known: tuple[Advice, Path]) -> None:
    from dataclasses import replace

    page = render_advice(replace(known[0], name="<b>x</b>"))
    assert "&lt;b&gt;x" in page
    assert "<b>x" not in page
