"""The domain's own terms in a run: scores, report, privacy, and what makes them anew."""

import json
from pathlib import Path

import pytest

from acclimate.core.errors import UserError
from acclimate.pipeline.run import run
from tests.pipeline import tiny


def scores(folder: Path) -> list[dict]:
    return [line for line in json.loads((folder / "scores.json").read_text()) if line["data"] == "terms"]


def test_a_glossary_in_a_run(encoder: Path, tmp_path: Path) -> None:
    rows, glossary = tiny.write_rows(tmp_path / "rows.jsonl", tiny.texts(120)), tmp_path / "terms.txt"
    glossary.write_text("drug > aspirin\ndrug > dose\nthing > stent\nthing > artery\nthing > ulcer\n", encoding="utf-8")
    evaluate = {"retention": None, "resamples": 200, "terms": str(glossary), "term_occurrences": 40}
    recipe = tiny.recipe(encoder, rows, tmp_path / "out", evaluate=evaluate)
    folder = run(recipe).folder
    found = scores(folder)
    assert {line["name"] for line in found} == {"term_bits", "term_top1", "term_mrr"}
    assert {line.get("slice") for line in found} == {None, "drug", "thing"}
    assert {line["when"] for line in found} == {"before", "after", "change"}
    whole = {line["when"]: line for line in found if line["name"] == "term_bits" and "slice" not in line}
    assert whole["change"]["value"] == pytest.approx(whole["after"]["value"] - whole["before"]["value"])
    assert whole["change"]["groups"] >= 20
    assert whole["change"]["low"] <= whole["change"]["high"]
    assert not any(line.get("primary") for line in found)
    assert "terms of the domain, of the glossary" in (folder / "report.md").read_text()
    made = (folder / "scores.json").stat().st_mtime_ns
    glossary.write_text("aspirin\nstent\n", encoding="utf-8")
    run(recipe)
    assert {line.get("slice") for line in scores(folder)} == {None}
    assert (folder / "scores.json").stat().st_mtime_ns > made


def test_mined_terms_and_none(encoder: Path, decoder: Path, rows: Path, tmp_path: Path) -> None:
    for model, name, more in (
        (encoder, "mlm", {}),
        (decoder, "clm", {"evaluate": {"retention": None, "resamples": 200}}),
    ):
        folder = run(tiny.recipe(model, rows, tmp_path / name, objective=name, **more)).folder
        assert scores(folder), name
    none = {"retention": None, "resamples": 200, "terms": None}
    folder = run(tiny.recipe(encoder, rows, tmp_path / "none", evaluate=none)).folder
    assert not scores(folder)
    assert "own terms" not in (folder / "report.html").read_text()


def test_a_glossary_that_is_not_there_is_told_before_training(encoder: Path, rows: Path, tmp_path: Path) -> None:
    evaluate = {"retention": None, "terms": str(tmp_path / "none.txt")}
    with pytest.raises(UserError, match="no file"):
        run(tiny.recipe(encoder, rows, tmp_path / "out", evaluate=evaluate))
    assert not list((tmp_path / "out").glob("*train*"))
