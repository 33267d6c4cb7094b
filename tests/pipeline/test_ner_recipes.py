"""The recipes of disease names: offline in tiny form, and the Hub's with rows in its place."""

import json
from pathlib import Path

from acclimate.pipeline.run import Run, run
from tests.pipeline import tiny
from tests.pipeline.test_tag import tagged

RECIPES = Path(__file__).parents[2] / "recipes"
TINY = ["train.max_steps=2", "train.bf16=false", "evaluate.retention=null", "evaluate.resamples=100"]
NAMES = {"entity_precision", "entity_recall", "entity_f1"}


def labels(done: Run) -> list[str]:
    config = json.loads((done.folder / "model" / "config.json").read_text(encoding="utf-8"))
    return list(config["id2label"].values())


def test_offline(encoder: Path, tmp_path: Path) -> None:
    done = run(
        RECIPES / "disease_ner_offline.yaml",
        [*TINY, f"model={encoder}", "sources.train.size=40", "tokens.max_length=64", "tokens.stride=8",
         f"output_dir={tmp_path / 'run'}"],
    )  # fmt: skip
    assert {one.name for one in done.scores if one.when == "after"} <= NAMES
    assert labels(done) == ["O", "B-Disease", "I-Disease"]


def test_on_rows_as_the_hub_has_them(encoder: Path, tmp_path: Path) -> None:
    data = tiny.write_rows(tmp_path / "rows.jsonl", [{**row, "ner_tags": row.pop("tags")} for row in tagged(30)])
    sources = [f"sources.{role}.path={data}" for role in ("train", "validation", "test")]
    done = run(
        RECIPES / "disease_ner.yaml",
        [*TINY, f"model={encoder}", *sources, "leaks=off", "tokens.max_length=64", "tokens.stride=8",
         f"output_dir={tmp_path / 'run'}"],
    )  # fmt: skip
    assert {one.name for one in done.scores if one.when == "after"} <= NAMES
    assert len(labels(done)) == 7
