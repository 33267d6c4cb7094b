"""Phases that read what another phase trains on (TAPT)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from acclimate.core.errors import UserError
from acclimate.core.ledger import Ledger
from acclimate.core.rows import ROLE, ROW_ID, Rows
from acclimate.pipeline.finished import finished
from acclimate.pipeline.prepare import make_every, of_role
from acclimate.pipeline.recipe import read_recipe
from acclimate.pipeline.run import run
from tests.pipeline import tiny
from tests.pipeline.test_predict import labelled

TAPT = {"from_phase": "task", "labels": False}
SPLIT = {"name": "split", "validation": 0.1, "test": 0.4}
TRAIN = {"max_steps": 2, "per_device_train_batch_size": 8, "learning_rate": 1e-3, "bf16": False}


def recipe(model: str, data: Path, train: Any = TAPT, **adapt: Any) -> dict[str, Any]:
    tokens = {"max_length": 32}
    task = {"name": "task", "sources": {"train": str(data)}, "prepare": [SPLIT], "tokens": tokens,
            "objective": "classify", "train": TRAIN}  # fmt: skip
    first = {"name": "adapt", "sources": {"train": train}, "tokens": tokens, "objective": "mlm", "train": TRAIN}
    return {"name": "tapt", "model": model, "phases": [{**first, **adapt}, task], "leaks": "off",
            "evaluate": {"retention": None, "terms": None, "resamples": 100}}  # fmt: skip


def made(data: dict[str, Any]) -> tuple[Rows, Rows, Ledger]:
    ledger = Ledger()
    adapt, task = make_every(read_recipe(data)[0], ledger)
    return adapt, task, ledger


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tiny.write_rows(tmp_path / "task.jsonl", labelled())


def test_an_earlier_phase_trains_on_the_texts_that_the_task_trains_on_and_on_no_other(data: Path) -> None:
    adapt, task, ledger = made(recipe("unused", data))
    train = of_role(task, "train")
    assert adapt.column(ROW_ID).to_pylist() == train.column(ROW_ID).to_pylist()
    assert adapt.column("text").to_pylist() == train.column("text").to_pylist()
    assert set(adapt.column_names) == {ROW_ID, "text", ROLE, "_group"}, "no label comes along"
    told = next(entry for entry in ledger.entries if (entry["phase"], entry["step"]) == ("adapt", "sources"))
    held = {"held out by its phase": task.num_rows - train.num_rows}
    assert (told["rows_in"], told["rows_out"], told["removed"]) == (task.num_rows, train.num_rows, held)


@pytest.mark.parametrize("form", ["list", "tables"])
def test_with_a_corpus_in_a_list_or_through_sql(form: str, data: Path, tmp_path: Path) -> None:
    corpus = str(tiny.write_rows(tmp_path / "corpus.jsonl", tiny.texts(30, seed=5)))
    query = "select row_id, text from corpus union all select row_id, text from task"
    train, steps = {
        "list": ([corpus, TAPT], [SPLIT]),
        "tables": ({"corpus": corpus, "task": TAPT}, [{"name": "sql", "query": query}, SPLIT]),
    }[form]
    adapt, task, _ = made(recipe("unused", data, train, prepare=steps))
    roles = dict(zip(adapt.column(ROW_ID).to_pylist(), adapt.column(ROLE).to_pylist(), strict=True))
    of_task = {row: role for row, role in roles.items() if "task" in row}
    assert len(of_task) == len(roles) - 30 == of_role(task, "train").num_rows
    assert set(of_task.values()) == {"train"}, "as in the task: the hash of a row decides, and rows keep their names"
    assert {role for row, role in roles.items() if row not in of_task} >= {"train", "test"}


def test_a_later_phase_may_take_rows_with_labels(data: Path) -> None:
    phases = recipe("unused", data)["phases"]
    more = {**phases[1], "name": "more", "sources": {"train": {"from_phase": "task", "labels": True}},
            "prepare": [], "train": TRAIN}  # fmt: skip
    found = make_every(read_recipe({**recipe("unused", data), "phases": [phases[1], more]})[0], Ledger())
    train = of_role(found[0], "train")
    assert found[1].column("label").to_pylist() == train.column("label").to_pylist()


@pytest.mark.parametrize(
    "train, says",
    [
        ({"from_phase": "tsk"}, r"phases.0.sources.train.from_phase: no phase 'tsk'.*did you mean task"),
        ({"from_phase": "adapt"}, "'adapt' is this phase itself"),
        ([{"from_phase": "tsk"}, "x.jsonl"], r"phases.0.sources.train.part1.from_phase: no phase"),
        ({"from_phase": "task", "label": False}, "label"),
    ],
)
def test_a_phase_that_is_not_there_is_a_fault(train: Any, says: str, data: Path) -> None:
    with pytest.raises(UserError, match=says):
        read_recipe(recipe("unused", data, train))


def test_a_circle_and_held_out_sources_are_faults(data: Path) -> None:
    circle = recipe("unused", data)
    circle["phases"][1]["sources"] = {"train": {"from_phase": "adapt"}}
    with pytest.raises(UserError, match="'task' itself waits for the rows of 'adapt'"):
        read_recipe(circle)
    held = recipe("unused", data)
    held["phases"][0]["sources"] = {"train": str(data), "test": TAPT}
    with pytest.raises(UserError, match="a phase gives rows to train on"):
        read_recipe(held)


def test_a_run_goes_through_and_its_cache_is_keyed_by_the_other_phases_data(
    encoder: Path, data: Path, tmp_path: Path
) -> None:
    """Also: what the resolved recipe says is read back as the same (promise 16 and the ledger)."""
    asked = {**recipe(str(encoder), data), "output_dir": str(tmp_path / "run")}
    done = run(asked)
    place = done.folder / "02-adapt-prepare" / "manifest.json"
    before = json.loads(place.read_text())["made_from"]
    adapt, task = finished([done.folder])[0].rows()
    assert set(adapt.column("text").to_pylist()) <= set(of_role(task, "train").column("text").to_pylist())
    assert read_recipe(done.folder / "recipe.yaml")[0].phases == done.recipe.phases
    stamp = (done.folder / "model" / "model.safetensors").stat().st_mtime_ns
    run(asked)
    assert (done.folder / "model" / "model.safetensors").stat().st_mtime_ns == stamp, "nothing is done again"
    tiny.write_rows(data, [*labelled(), {"text": "the patient was seen in the dose of it", "label": "drug"}])
    run({**asked, "overwrite_output_dir": True})
    assert json.loads(place.read_text())["made_from"] != before, "the task's file changed, so adapt's rows did"
