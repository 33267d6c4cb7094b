"""Training on from an earlier run, with new data and a share of its old rows: what was held out stays held out."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from acclimate.core.errors import UserError
from acclimate.core.ledger import Ledger
from acclimate.core.rows import ROLE, ROW_ID, Rows
from acclimate.core.seeds import share
from acclimate.pipeline.check import check
from acclimate.pipeline.earlier import earlier_runs
from acclimate.pipeline.evaluate_model import evaluate_model
from acclimate.pipeline.prepare import make_rows, of_role, rows_in
from acclimate.pipeline.recipe import read_recipe
from acclimate.pipeline.run import Run, run
from acclimate.samples import reviews
from tests.pipeline import tiny

SPLIT = {"name": "split", "group_by": "film", "validation": 0.0, "test": 0.3}


def some_reviews(place: Path, seed: int) -> Path:
    return tiny.write_rows(place, [one._asdict() for one in reviews.generate(60, seed)])


def recipe(model: Path, data: Path, out: Path, *steps: dict[str, Any], **changes: Any) -> dict[str, Any]:
    train = {"max_steps": 2, "per_device_train_batch_size": 8, "learning_rate": 1e-3, "bf16": False}
    return {"name": "reviews", "model": str(model), "sources": {"train": str(data)}, "prepare": [SPLIT, *steps],
            "tokens": {"max_length": 32}, "objective": "classify", "train": train, "leaks": "off",
            "evaluate": {"retention": None, "resamples": 100, "max_rows": 24}, "output_dir": str(out), **changes}  # fmt: skip


def replay(source: Any, **options: Any) -> dict[str, Any]:
    return {"name": "replay", "source": source, "labels": True, "share": 0.25, **options}


def rows_of(done: Run) -> Rows:
    return rows_in(next(done.folder.glob("02-*-prepare")))


def replayed(rows: Rows) -> list[dict[str, Any]]:
    return [row for row in rows.to_pylist() if row[ROW_ID].startswith("replay/")]


@pytest.fixture(scope="module")
def earlier(encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    place = tmp_path_factory.mktemp("earlier")
    return run(recipe(encoder, some_reviews(place / "old.jsonl", 0), place / "run"))


def test_a_classifier_learns_on_with_old_rows(earlier: Run, tmp_path: Path) -> None:
    """The head is the earlier run's, so there is a before; old training rows come back with their labels, and no other."""
    new, out = some_reviews(tmp_path / "new.jsonl", 1), tmp_path / "run"
    source = {"name": "run", "path": str(earlier.folder)}
    done = run(recipe(earlier.folder / "model", new, out, replay(source)))
    rows = rows_of(done)
    back, own = replayed(rows), of_role(rows, "train").num_rows
    assert len(back) / own == pytest.approx(0.25, abs=0.02)
    assert {row["label"] for row in back} == {"negative", "positive"}
    old = {row[ROW_ID]: row for row in of_role(rows_of(earlier), "train").to_pylist()}
    assert all(row["text"] == old[row[ROW_ID].removeprefix("replay/")]["text"] for row in back)
    assert all(row[ROLE] == "train" for row in back)
    films = {film for part in (rows, rows_of(earlier)) for film in of_role(part, "test").column("film").to_pylist()}
    assert not films & set(of_role(rows, "train").column("film").to_pylist()), "test films stay test films"
    assert {score.when for score in done.scores if score.name == "accuracy"} >= {"before", "after", "change"}


@pytest.mark.parametrize("changed", [{"seed": 1}, {"prepare": [{**SPLIT, "test": 0.1}]}], ids=["seed", "share"])
def test_another_split_that_trains_on_yesterdays_test_groups_is_a_fault(
    earlier: Run, changed: dict[str, Any], tmp_path: Path
) -> None:
    """Also two runs later; another column, by which nothing can be compared, is none, and `leaks: off` looks at nothing."""
    new = some_reviews(tmp_path / "new.jsonl", 1)
    for start in (run, check):
        with pytest.raises(UserError, match=r"phases\.0\.prepare: \d+ rows to train on are of \d+ groups \(film\)"):
            start(recipe(earlier.folder / "model", new, tmp_path / "run", **changed, leaks="remove"))
    assert not (tmp_path / "run" / "model").exists()
    second = run(recipe(earlier.folder / "model", new, tmp_path / "second"))
    assert [folder for folder, _ in earlier_runs(str(second.folder / "model"))] == [second.folder, earlier.folder]
    by_text = recipe(second.folder / "model", new, tmp_path / "run", prepare=[{**SPLIT, "group_by": "text"}])
    check({**by_text, "leaks": "remove"})
    check(recipe(second.folder / "model", new, tmp_path / "run", **changed))


def test_a_test_on_what_the_earlier_run_was_trained_on_is_a_fault(earlier: Run, tmp_path: Path) -> None:
    wider = {"prepare": [{**SPLIT, "test": 0.6}], "leaks": "remove"}
    data = recipe(earlier.folder / "model", some_reviews(tmp_path / "new.jsonl", 1), tmp_path / "run", **wider)
    with pytest.raises(UserError, match=r"rows to test on are of \d+ groups \(film\) that .*, was trained on"):
        check(data)


def test_code_of_the_earlier_run_s_own_is_not_needed(earlier: Run, tmp_path: Path) -> None:
    copy = tmp_path / "earlier"
    shutil.copytree(earlier.folder, copy)
    said = yaml.safe_load((copy / "recipe.yaml").read_text())
    said["evaluate"]["metrics"] = [{"name": "gone.py:Mine", "sha256": "0" * 64, "label": "x"}]
    said["phases"][0]["train"]["callbacks"] = [{"name": "gone.py:Heard", "sha256": "0" * 64}]
    (copy / "recipe.yaml").write_text(yaml.safe_dump(said))
    changed = {"seed": 1, "leaks": "remove"}
    with pytest.raises(UserError, match=r"rows to train on are of \d+ groups \(film\)"):
        check(recipe(copy / "model", some_reviews(tmp_path / "new.jsonl", 1), tmp_path / "run", **changed))


def test_what_the_new_data_cost_on_the_old_test_rows(earlier: Run, tmp_path: Path) -> None:
    """As docs/incremental.md asks for it: today's model on the old recipe's test rows, before it the earlier model."""
    today = run(recipe(earlier.folder / "model", some_reviews(tmp_path / "new.jsonl", 1), tmp_path / "run"))
    base = f"model.path={earlier.folder / 'model'}"
    found = evaluate_model(str(today.folder), earlier.folder / "recipe.yaml", [base], to=tmp_path / "lost")
    value = {(one.when, one.name): one.value for one in found.scores if one.data == "test" and not one.slice}
    then = {(one.when, one.name): one.value for one in earlier.scores if one.data == "test" and not one.slice}
    assert value["before", "accuracy"] == then["after", "accuracy"]
    assert value["change", "accuracy"] == pytest.approx(value["after", "accuracy"] - value["before", "accuracy"])


def made(data: dict[str, Any]) -> Rows:
    asked, _ = read_recipe(data)
    return make_rows(asked, asked.phases[0], 0, Ledger())


def test_from_the_old_file_no_row_is_replayed_whose_group_is_held_out(encoder: Path, tmp_path: Path) -> None:
    """The hash decides, also about films that the new data does not have."""
    old, new = some_reviews(tmp_path / "old.jsonl", 0), some_reviews(tmp_path / "new.jsonl", 1)
    back = replayed(made(recipe(encoder, new, tmp_path / "run", replay(str(old), share=0.9, repeat=True))))
    films = {row["film"] for row in back}
    assert films == {one.film for one in reviews.generate(60, 0) if share(0, one.film) >= 0.3}


def test_a_source_that_does_not_say_whose_its_rows_are_is_a_fault(encoder: Path, tmp_path: Path) -> None:
    old = tiny.write_rows(tmp_path / "old.jsonl", [{"text": "good", "label": "positive"}])
    new = some_reviews(tmp_path / "new.jsonl", 1)
    with pytest.raises(UserError, match="no column film, which names the groups"):
        made(recipe(encoder, new, tmp_path / "run", replay(str(old))))


def test_the_old_test_rows_are_the_test(earlier: Run, encoder: Path, tmp_path: Path) -> None:
    """What the new data cost on them: no new row of their films is trained on, and none comes back."""
    new = some_reviews(tmp_path / "new.jsonl", 1)
    test = {"name": "run", "path": str(earlier.folder), "role": "test", "columns": ["text", "label", "film"]}
    steps = [{**SPLIT, "test": 0.0}, replay({"name": "run", "path": str(earlier.folder)})]
    changes = {"sources": {"train": str(new), "test": test}, "prepare": steps}
    rows = made(recipe(encoder, new, tmp_path / "run", **changes))
    found, old = of_role(rows, "test"), of_role(rows_of(earlier), "test")
    assert found.column("text").to_pylist() == old.column("text").to_pylist()
    films = set(found.column("film").to_pylist())
    assert films & {one.film for one in reviews.generate(60, 1)}
    assert not films & set(of_role(rows, "train").column("film").to_pylist())


def test_answers_are_learnt_on_with_old_questions(decoder: Path, tmp_path: Path) -> None:
    """sft from a CSV of questions: no text in the source, and its groups are the questions."""
    for name, first in (("old", 0), ("new", 40)):
        lines = [f"病人{number}?,住院。" for number in range(first, first + 40)]
        (tmp_path / f"{name}.csv").write_text("\n".join(["Question,Answer", *lines]), encoding="utf-8")
    split = {"name": "split", "group_by": "Question", "validation": 0.0, "test": 0.3}
    train = {"max_steps": 1, "per_device_train_batch_size": 4, "bf16": False}
    settings = {"retention": None, "terms": None, "resamples": 100, "max_rows": 4, "generation": {"rows": 0}}
    base = {"name": "qa", "objective": "sft", "train": train, "leaks": "off", "evaluate": settings}
    first = run({**base, "model": str(decoder), "sources": {"train": str(tmp_path / "old.csv")}, "prepare": [split],
                 "output_dir": str(tmp_path / "one")})  # fmt: skip
    steps = [split, replay({"name": "run", "path": str(first.folder)})]
    then = run({**base, "model": str(first.folder / "model"), "sources": {"train": str(tmp_path / "new.csv")},
                "prepare": steps, "output_dir": str(tmp_path / "two")})  # fmt: skip
    back = replayed(rows_of(then))
    assert back
    assert all(row["Answer"] == "住院。" and "病人" in row["text"] for row in back)
    held = set(of_role(rows_of(first), "test").column("Question").to_pylist())
    assert not held & {row["Question"] for row in back}
