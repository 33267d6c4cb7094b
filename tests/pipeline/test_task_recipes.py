"""The recipes of tasks: offline in tiny form, and the others with rows of the same form in the place of the Hub's and people's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from acclimate.pipeline.recipe import read_recipe
from acclimate.pipeline.run import Run, run
from acclimate.samples import reviews
from acclimate.samples.files import write_sample
from tests.pipeline import tiny
from tests.pipeline.test_tag import tagged

RECIPES = Path(__file__).parents[2] / "recipes"
TINY = ["bf16=false", "max_steps=1", "per_device_train_batch_size=4", "eval_strategy=no"]
LITTLE = ["evaluate.retention=null", "evaluate.resamples=100", "evaluate.max_rows=24"]
TASKS = ("sentiment", "medical_qa", "triage", "adapt_then_tag")


def in_tiny_form(name: str, model: Path | str, out: Path, *more: str) -> Run:
    phases = [phase.name for phase in read_recipe(RECIPES / f"{name}.yaml")[0].phases]
    short = [f"{phase}.train.{one}" for phase in phases for one in TINY]
    return run(RECIPES / f"{name}.yaml", [*short, *LITTLE, f"model.path={model}", f"output_dir={out}", *more])


def scored(done: Run) -> set[str]:
    return {score.name for score in done.scores if score.when == "after" and score.data == "test"}


def labels(done: Run) -> list[str]:
    config = json.loads((done.folder / "model" / "config.json").read_text(encoding="utf-8"))
    return list(config["id2label"].values())


@pytest.mark.parametrize("name", TASKS)
def test_a_twin_asks_for_the_same(name: str) -> None:
    """Objective, primary score and what is chosen on validation; the steps are the same, in the same order."""
    one, twin = (read_recipe(RECIPES / f"{name}{ending}.yaml")[0] for ending in ("", "_offline"))
    assert [phase.objective for phase in twin.phases] == [phase.objective for phase in one.phases]
    assert [phase.name for phase in twin.phases] == [phase.name for phase in one.phases]
    for key in ("primary", "threshold", "slices", "compare_with_base"):
        assert getattr(twin.evaluate, key) == getattr(one.evaluate, key), key
    if name != "adapt_then_tag":  # where the corpus and its split differ: marked sentences, and abstracts in files
        assert [type(step) for step in twin.phases[0].prepare] == [type(step) for step in one.phases[0].prepare]
    assert twin.cautions
    assert not one.cautions


def test_sentiment_offline(encoder: Path, tmp_path: Path) -> None:
    done = in_tiny_form("sentiment_offline", encoder, tmp_path / "run", "sources.train.size=80", "tokens.max_length=64")
    assert scored(done) >= {"accuracy", "f1", "specificity", "roc_auc"}
    assert labels(done) == ["negative", "positive"]


def test_sentiment_on_rows_as_the_hub_has_them(encoder: Path, tmp_path: Path) -> None:
    """Text, and 0 or 1; the rows of the test split are the test, others are watched."""
    paths = []
    for role, seed in (("train", 0), ("test", 1)):
        made = [{"text": one.text, "label": int(one.label == "positive")} for one in reviews.generate(60, seed)]
        paths.append(f"sources.{role}.path={tiny.write_rows(tmp_path / f'{role}.jsonl', made)}")
    done = in_tiny_form("sentiment", encoder, tmp_path / "run", *paths, "leaks=off", "tokens.max_length=64",
                        "prepare.sample.max_train_samples=40", "prepare.split.validation=0.3")  # fmt: skip
    assert labels(done) == ["0", "1"]
    assert next(score for score in done.scores if score.name == "accuracy").n == 24


def test_medical_qa_offline(tmp_path: Path) -> None:
    done = in_tiny_form("medical_qa_offline", "starter:decoder", tmp_path / "run", "sources.train.size=60",
                        "evaluate.max_rows=4", "evaluate.generation.rows=2", "evaluate.generation.shots=0", "evaluate.terms=null",
                        "evaluate.generation.decoding.max_new_tokens=4")  # fmt: skip
    assert scored(done) >= {"bits_per_byte", "rougeL"}


def test_medical_qa_on_a_csv_in_chinese(tmp_path: Path) -> None:
    """As people write it: Question and Answer."""
    write_sample("qa", tmp_path, size=80)
    table = tmp_path / "medical_qa_chinese.csv"
    done = in_tiny_form("medical_qa", "starter:decoder", tmp_path / "run", f"adapt.sources.train.path={table}", "leaks=off",
                        "tokens.max_length=512", "prepare.split.test=0.3", "evaluate.max_rows=4", "evaluate.generation.rows=0",
                        "evaluate.terms=null")  # fmt: skip
    written = [
        json.loads((done.folder / "02-adapt-prepare" / f"{role}_data.json").read_text(encoding="utf-8"))
        for role in ("train", "valid", "test")
    ]
    assert all(row.keys() == {"prompt", "completion"} for rows in written for row in rows)
    questions = [row["prompt"] for rows in written for row in rows]
    assert len(set(questions)) == len(questions), "each question once, and in one file"


@pytest.mark.parametrize("ending", ["", "_offline"])
def test_triage(ending: str, encoder: Path, tmp_path: Path) -> None:
    """Several labels a note; thresholds are kept with the model, subgroups are measured."""
    if ending:
        place = "sources.train.size=80"
    else:
        write_sample("triage", tmp_path, size=80)
        place = f"adapt.sources.train.path={tmp_path / 'triage.jsonl'}"
    done = in_tiny_form(f"triage{ending}", encoder, tmp_path / "run", place, "leaks=off", "tokens.max_length=64",
                        "evaluate.max_rows=60", "prepare.split.test=0.4")  # fmt: skip
    assert scored(done) >= {"micro_f1", "macro_f1", "roc_auc"}
    assert len(labels(done)) == 6
    config = json.loads((done.folder / "model" / "config.json").read_text(encoding="utf-8"))
    assert len(config["acclimate"]["thresholds"]) == 6
    assert {score.slice for score in done.scores if score.slice} >= {"sex=F", "sex=M"}


def test_adapt_then_tag_offline(encoder: Path, tmp_path: Path) -> None:
    done = in_tiny_form("adapt_then_tag_offline", encoder, tmp_path / "run", "adapt.sources.train.corpus.size=20",
                        "tag.sources.train.size=60", "evaluate.compare_with_base.seeds=2",
                        "evaluate.control_source.size=40")  # fmt: skip
    need_comparison(done, "base", "control")


def test_adapt_then_tag_on_files_of_abstracts(encoder: Path, tmp_path: Path) -> None:
    (tmp_path / "abstracts").mkdir()
    for number, row in enumerate(tiny.texts(30)):
        (tmp_path / "abstracts" / f"{number}.txt").write_text(f"{row['text']} {number}", encoding="utf-8")
    general = tiny.write_rows(tmp_path / "general.jsonl", tiny.texts(90, seed=7))
    data = tiny.write_rows(tmp_path / "rows.jsonl", [{**row, "ner_tags": row.pop("tags")} for row in tagged(30)])
    sources = [f"tag.sources.{role}.path={data}" for role in ("train", "validation", "test")]
    done = in_tiny_form("adapt_then_tag", encoder, tmp_path / "run", *sources, "leaks=off", "tag.tokens.max_length=64",
                        "adapt.tokens.max_length=64", "tag.tokens.stride=8", f"evaluate.control_source={{name: jsonl, path: {general}}}",
                        f"adapt.sources.train.0.path={tmp_path / 'abstracts'}", "adapt.prepare.split.validation=0.2",
                        "evaluate.compare_with_base={seeds: 2, control: null}")  # fmt: skip
    need_comparison(done, "base")


def need_comparison(done: Run, *others: str) -> None:
    """The task was trained from the adapted model and the others, and each seed is told."""
    found = {score.against for score in done.scores if (score.name, score.when) == ("entity_f1", "change")}
    assert found == set(others)
    assert {score.seed for score in done.scores if score.seed is not None} == {42, 43}


def test_leaflets(tmp_path: Path) -> None:
    done = in_tiny_form(
        "leaflets", "starter:encoder", tmp_path / "run", "sources.train.size=60", "prepare.split.test=0.4"
    )
    assert scored(done) >= {"token_f1", "exact_match", "exact_match_unanswerable"}
