"""compare_with_base: the task from base, adapted model and control, from several seeds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from acclimate.core.errors import UserError
from acclimate.core.events import Event
from acclimate.pipeline.evaluate_model import evaluate_model
from acclimate.pipeline.recipe import read_recipe
from acclimate.pipeline.run import run
from acclimate.pipeline.seeds import need_comparable
from tests.pipeline import tiny
from tests.pipeline.test_from_phase import recipe
from tests.pipeline.test_predict import labelled


def test_every_start_and_seed_is_trained_alike_and_the_change_is_over_seeds(encoder: Path, tmp_path: Path) -> None:
    data = tiny.write_rows(tmp_path / "task.jsonl", labelled())
    texts = [{"text": f"nobody came to the ward on day {number} of it"} for number in range(200)]
    general = {"name": "jsonl", "path": str(tiny.write_rows(tmp_path / "general.jsonl", texts))}
    asked = {**recipe(str(encoder), data), "output_dir": str(tmp_path / "run")}
    asked["evaluate"] |= {"compare_with_base": {"seeds": 2, "control": "general"}, "control_source": general}
    done = run(asked)
    made = {path.name for path in (done.folder / "compare_with_base").iterdir()}
    assert made == {"base-42", "base-43", "adapted-43", "control", "control-42", "control-43"}
    lines = [line for line in json.loads((done.folder / "scores.json").read_text()) if line["name"] == "accuracy"]
    seeds = {(line["when"], line["seed"]): line["value"] for line in lines if "seed" in line}
    assert seeds.keys() == {(when, seed) for when in ("before", "after", "control") for seed in (42, 43)}
    whole = {(line["when"], line.get("against")): line for line in lines if "seed" not in line and "slice" not in line}
    mean = {when: np.mean([seeds[when, seed] for seed in (42, 43)]) for when in ("before", "after", "control")}
    assert whole["change", "base"]["value"] == pytest.approx(mean["after"] - mean["before"])
    assert whole["change", "control"]["value"] == pytest.approx(mean["after"] - mean["control"])
    assert whole["before", None]["value"] == pytest.approx(mean["before"])
    assert whole["change", "base"]["primary"] is True
    assert done.verdict.verdict != "not measurable"
    assert "from 2 seeds each" in done.verdict.sentence
    assert "## Every seed" in (done.folder / "report.md").read_text()
    stamps = {
        path: path.stat().st_mtime_ns for path in done.folder.glob("compare_with_base/*/*/model/model.safetensors")
    }
    assert len(stamps) == 6
    assert run(asked).verdict == done.verdict
    assert {path: path.stat().st_mtime_ns for path in stamps} == stamps, "the same call again trains nothing"


def test_every_start_goes_through_each_task_phase(encoder: Path, tmp_path: Path) -> None:
    """An adaptation that moves nothing is worth nothing: no start has seen more labels than another."""
    data = tiny.write_rows(tmp_path / "task.jsonl", labelled())
    still = {"max_steps": 1, "per_device_train_batch_size": 8, "learning_rate": 1e-30, "bf16": False}
    asked = {**recipe(str(encoder), data), "output_dir": str(tmp_path / "run")}
    adapt, task = asked["phases"]
    adapt["train"] = still
    head = {**task, "name": "head", "adapter": "freeze", "train": {**task["train"], "seed": 7}}
    asked["phases"] = [adapt, head, task]
    asked["evaluate"] |= {"compare_with_base": {"seeds": 2}}
    done = run(asked)
    arms = {path.name: path for path in (done.folder / "compare_with_base").iterdir()}
    assert arms.keys() == {"base-42", "base-43", "adapted-43"}
    for name, path in arms.items():
        phases = read_recipe(path / "recipe.yaml")[0].phases
        assert [(one.name, one.train.seed) for one in phases] == [
            ("head", 7 + (seed := name.endswith("43"))),
            ("task", 42 + seed),
        ]
        assert len(list(path.glob("*-train*/model/model.safetensors"))) == 2
    scores = [line for line in json.loads((done.folder / "scores.json").read_text()) if "seed" in line]
    found = {(line["when"], line["seed"], line["name"]): line["value"] for line in scores}
    before = {key[1:]: value for key, value in found.items() if key[0] == "before"}
    after = {key[1:]: value for key, value in found.items() if key[0] == "after"}
    assert {("roc_auc", 42), ("roc_auc", 43)} <= {(name, seed) for seed, name in before}
    assert after == before


@pytest.mark.parametrize(
    "changes, asked, says",
    [
        ({"phases": 1}, {}, "no adaptation: phase 'task' is a task already"),
        ({"phases": "tasks"}, {}, "no adaptation: phase 'head' is a task already"),
        ({"phases": "task first"}, {}, "no adaptation: phase 'head' is a task already"),
        ({"objective": "mlm"}, {}, "the last phase is no task"),
        ({"phases": 3}, {"control": "general"}, "2 adaptations before the task"),
    ],
)
def test_where_there_is_nothing_to_compare(
    changes: dict[str, Any], asked: dict[str, Any], says: str, tmp_path: Path
) -> None:
    data = tiny.write_rows(tmp_path / "task.jsonl", labelled())
    whole = recipe("unused", data)
    adapt, task = whole["phases"]
    task["objective"] = {"name": "classify", "labels": ["drug", "other"]} if "objective" not in changes else "mlm"
    head = {**task, "name": "head", "adapter": "freeze"}
    whole["phases"] = {1: [task], 2: [adapt, task], 3: [{**adapt, "name": "first"}, adapt, task],
                       "tasks": [head, task], "task first": [head, adapt, task]}[changes.get("phases", 2)]  # fmt: skip
    whole["evaluate"] = {"compare_with_base": {"seeds": 2, **asked}}
    with pytest.raises(UserError, match=says):
        need_comparable(read_recipe(whole)[0])


@pytest.mark.parametrize("objective", [{"name": "classify"}, {"name": "sft"}])
def test_a_control_of_the_task_itself_is_a_fault_before_anything_is_trained(
    objective: dict[str, str], encoder: Path, decoder: Path, tmp_path: Path
) -> None:
    rows = [{**row, "prompt": "which?", "completion": "that"} for row in labelled()]
    whole = recipe(str(decoder if objective["name"] == "sft" else encoder), tiny.write_rows(tmp_path / "t.jsonl", rows))
    whole["phases"] = [{**whole["phases"][1], "objective": objective}]
    whole |= {"evaluate": {"control": "general"}, "output_dir": str(tmp_path / "run")}
    with pytest.raises(UserError, match="compare_with_base") as raised:
        run(whole)
    (fault,) = raised.value.faults
    assert fault.where == "evaluate.control"
    assert "write evaluate.compare_with_base: {control: general} instead" in fault.do
    assert tiny.everything(tmp_path / "run") == {}


@pytest.mark.parametrize("asked", [{"compare_with_base": {"seeds": 2}}, {"control": "general"}])
def test_evaluate_trains_nothing_and_says_which_comparison_it_left_out(
    asked: dict[str, Any], encoder: Path, tmp_path: Path
) -> None:
    whole = recipe(str(encoder), tiny.write_rows(tmp_path / "task.jsonl", labelled()))
    whole["evaluate"] |= asked
    told: list[Event] = []
    done = evaluate_model(str(encoder), whole, to=tmp_path / "to", tell=told.append)
    (name,) = asked
    assert [event.text for event in told if event.kind == "warning"] == [
        f"evaluate.{name} was left out: nothing is trained here, so this is one model against the base as it is"
        " (acclimate run trains what is compared)."
    ]
    assert f"evaluate.{name} was left out" in done.verdict.sentence
    assert f"evaluate.{name} was left out" in (tmp_path / "to" / "report.md").read_text(encoding="utf-8")
