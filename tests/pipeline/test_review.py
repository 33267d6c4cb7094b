"""`acclimate review` on a run folder: sheet out, filled sheets in, nothing lost on the way."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
import yaml

import acclimate
from acclimate.core.artifact import write_text
from acclimate.core.errors import UserError
from acclimate.pipeline.recipe import read_recipe
from acclimate.pipeline.workplace import RECIPE
from tests.pipeline import tiny

GROUPS = 24


@pytest.fixture
def answered(tmp_path: Path) -> Path:
    """A run folder in which models have answered: to every third prompt the adapted one worse."""
    recipe, _ = read_recipe(tiny.recipe(Path("starter:encoder"), tmp_path / "rows.jsonl", tmp_path / "run"))
    place = tmp_path / "run" / "05-evaluate"
    place.mkdir(parents=True)
    write_text(tmp_path / "run" / RECIPE, recipe.model_dump_json())
    lines = [
        {"row_id": f"r{one}", "group": f"g{one}", "prompt": f"ask {one}", "reference": f"right {one}",
         "base": "good" if one % 3 == 0 else "bad", "adapted": "bad" if one % 3 == 0 else "good"}
        for one in range(GROUPS)
    ]  # fmt: skip
    write_text(place / "answers_private.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    return tmp_path / "run"


def fill(sheet: Path, to: Path) -> Path:
    """Choose every answer that is good."""
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["choice"] = "left" if row["left"] == "good" else "right"
    with to.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return to


def test_a_sheet_goes_out_and_comes_back(answered: Path, tmp_path: Path) -> None:
    made = acclimate.review(answered)
    assert (made.items, made.outcome, made.folder) == (GROUPS, None, answered / "review")
    assert made.page.is_file()
    assert "right 1" not in made.page.read_text(encoding="utf-8")
    sheets = [fill(made.folder / "review.csv", tmp_path / f"{name}.csv") for name in ("anna", "ben")]
    back = acclimate.review(answered, sheets)
    assert back.outcome is not None
    assert (back.outcome.wins, back.outcome.losses, back.outcome.win_rate) == (32, 16, pytest.approx(2 / 3))
    assert back.outcome.low is not None
    assert back.outcome.agreement is not None
    assert back.outcome.agreement.value == 1.0
    written = json.loads((made.folder / "review_result.json").read_text(encoding="utf-8"))
    assert written["win_rate"] == back.outcome.win_rate
    assert written["reviewers"] == {"anna": pytest.approx(2 / 3), "ben": pytest.approx(2 / 3)}


def test_sheets_of_one_name_are_told_apart_by_who_filled_them_in(answered: Path, tmp_path: Path) -> None:
    sheet = acclimate.review(answered).folder / "review.csv"
    places = [tmp_path / name / "review.csv" for name in ("alice", "bob")]
    for place in places:
        place.parent.mkdir()
        fill(sheet, place)
    with pytest.raises(UserError, match="a second sheet of reviewer 'review'"):
        acclimate.review(answered, places)
    for place in places:
        text = place.read_text(encoding="utf-8")
        assert text.startswith("item,prompt,left,right,choice,reviewer,comment")
        place.write_text(re.sub(r"(left|right),,\n", rf"\1,{place.parent.name},\n", text, count=1), encoding="utf-8")
    back = acclimate.review(answered, places)
    assert back.outcome is not None
    assert back.outcome.reviewers.keys() == {"alice", "bob"}


def test_a_run_with_code_of_its_own_is_reviewed_without_it(answered: Path) -> None:
    recipe = yaml.safe_load((answered / RECIPE).read_text(encoding="utf-8"))
    metric = {"name": "gone.py:Mine", "sha256": "0" * 64, "label": "x"}
    write_text(answered / RECIPE, yaml.safe_dump({**recipe, "evaluate": {"metrics": [metric], "confidence": 0.9}}))
    acclimate.review(answered)
    back = acclimate.review(answered, [fill(answered / "review" / "review.csv", answered / "a.csv")])
    assert back.outcome is not None
    assert back.outcome.confidence == 0.9


def test_the_same_call_gives_the_same_files_and_another_seed_never_replaces_a_key(
    answered: Path, tmp_path: Path
) -> None:
    made = acclimate.review(answered)
    before = {path.name: path.read_bytes() for path in made.folder.iterdir()}
    acclimate.review(answered)
    assert {path.name: path.read_bytes() for path in made.folder.iterdir()} == before
    with pytest.raises(UserError, match="holds another sheet"):
        acclimate.review(answered, seed=1)
    other = acclimate.review(answered, seed=1, rows=5, reference=True, to=tmp_path / "other")
    assert other.items == 5
    assert "Right answer: right" in other.page.read_text(encoding="utf-8")
    with pytest.raises(UserError, match="is not of this review"):
        acclimate.review(answered, [fill(other.folder / "review.csv", tmp_path / "a.csv")])


def test_what_can_not_be_reviewed_is_said(answered: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no key lies here"):
        acclimate.review(answered, [tmp_path / "a.csv"])
    acclimate.review(answered)
    with pytest.raises(UserError, match="nothing was chosen"):
        acclimate.review(answered, [answered / "review" / "review.csv"])
    (answered / "review" / "review_key.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UserError, match="the key can't be read"):
        acclimate.review(answered, [tmp_path / "a.csv"])
    answers = answered / "05-evaluate" / "answers_private.jsonl"
    line = json.loads(answers.read_text(encoding="utf-8").splitlines()[0])
    write_text(answers, json.dumps({**line, "base": "same", "adapted": "same "}) + "\n")
    with pytest.raises(UserError, match="answered all rows alike"):
        acclimate.review(answered, to=tmp_path / "new")
    answers.unlink()
    with pytest.raises(UserError, match="have answered nothing"):
        acclimate.review(answered)
    with pytest.raises(UserError, match="holds no run"):
        acclimate.review(tmp_path)
    write_text(answers, json.dumps(line) + "\n")
    with pytest.raises(UserError, match="is a file"):
        acclimate.review(answered, to=answered / RECIPE)
