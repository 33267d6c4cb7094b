"""What a run leaves, and what the same line does the second time."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import acclimate
from acclimate.core.errors import UserError
from acclimate.core.events import Event
from acclimate.pipeline.run import Run, run
from tests.pipeline import tiny

HUGGING_FACE = {
    "train_runtime",
    "train_samples",
    "train_samples_per_second",
    "train_steps_per_second",
    "total_flos",
    "train_loss",
    "epoch",
}


def read(place: Path, name: str) -> Any:
    return json.loads((place / name).read_text(encoding="utf-8"))


def weights(place: Path) -> tuple[int, bytes]:
    path = place / "model" / "model.safetensors"
    return path.stat().st_mtime_ns, path.read_bytes()


def test_the_run_folder_holds_what_the_house_promises(done: Run) -> None:
    place = done.folder
    names = {path.name for path in place.iterdir()}
    assert names >= {
        "trainer_state.json", "train_results.json", "eval_results.json", "all_results.json", "scores.json", "verdict.json",
        "ledger.json", "recipe.yaml", "report.html", "report_private.html", "report.md", "report.json", "model", "checkpoint-4",
        "01-adapt-sources", "02-adapt-prepare", "03-adapt-tokens", "04-adapt-train", "05-evaluate",
    }  # fmt: skip
    assert {path.name for path in (place / "model").iterdir()} >= {
        "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "README.md",
    }  # fmt: skip
    assert not tiny.half_made(place)
    for stage in ("01-adapt-sources", "02-adapt-prepare", "03-adapt-tokens", "05-evaluate"):
        assert {"made_from", "files"} <= read(place, f"{stage}/manifest.json").keys()
    assert read(place, "01-adapt-sources/manifest.json")["inputs"]["train.rows"]


def test_results_have_the_trainers_keys(done: Run) -> None:
    train, evaluation, both = (read(done.folder, f"{name}_results.json") for name in ("train", "eval", "all"))
    assert train.keys() >= HUGGING_FACE
    assert evaluation.keys() >= {"eval_loss", "epoch"}
    assert both == {**train, **evaluation}
    assert train["train_samples"] > 0
    assert math.isfinite(evaluation["eval_loss"])
    state = read(done.folder, "trainer_state.json")
    assert state.keys() >= {"global_step", "max_steps", "epoch", "log_history", "best_metric"}
    assert (state["global_step"], state["max_steps"]) == (4, 4)
    assert [line["step"] for line in state["log_history"] if "loss" in line] == [2, 4]
    assert state["log_history"][0].keys() >= {"loss", "grad_norm", "learning_rate", "epoch", "step"}


def test_scores_have_the_house_keys(done: Run) -> None:
    scores = read(done.folder, "scores.json")
    keys = {"phase", "when", "data", "name", "value", "unit", "better", "n", "low", "high"}
    assert all(line.keys() >= keys for line in scores)
    assert {line["when"] for line in scores} == {"before", "after", "change", "floor"}
    changes = [line for line in scores if line["when"] == "change"]
    assert all(line.keys() >= {"against", "resampled_by", "groups", "primary"} for line in changes)
    assert [line["name"] for line in changes if line["primary"]] == ["bits_per_byte"]
    assert {line["name"] for line in scores} >= {"bits_per_byte", "masked_accuracy"}
    verdict = read(done.folder, "verdict.json")
    assert verdict.keys() == {"verdict", "primary", "sentence"}


def test_the_ledger_is_closed_from_file_to_windows(done: Run) -> None:
    ledger = read(done.folder, "ledger.json")
    assert [(entry["step"], entry["source"]) for entry in ledger] == [
        ("sources", "train"), ("split", "all"), ("tokens", "train"), ("tokens", "validation"),
    ]  # fmt: skip
    assert ledger[0]["rows_in"] == 72


def test_what_is_given_back(done: Run) -> None:
    assert isinstance(done, acclimate.Run)
    assert done.change is not None
    line = next(line for line in read(done.folder, "scores.json") if line["when"] == "change" and line["primary"])
    assert (done.change.value, done.change.low, done.change.high) == (line["value"], line["low"], line["high"])
    assert done.verdict.verdict == read(done.folder, "verdict.json")["verdict"]
    assert len(done.scores) == len(read(done.folder, "scores.json"))
    assert done.model.config.model_type == "bert"
    assert done.tokenizer("the patient")["input_ids"]
    assert done.report.is_file()


def test_the_same_line_again_does_nothing(done: Run) -> None:
    before, told = weights(done.folder), []
    again = run(done.recipe, tell=told.append)
    assert weights(done.folder) == before
    assert [event.text for event in told if event.kind in ("stage", "saved", "progress", "log")] == []
    assert again.scores == done.scores


def test_the_reports_and_the_card_say_the_verdict(done: Run) -> None:
    for name in ("report.html", "report.md", "model/README.md"):
        text = (done.folder / name).read_text(encoding="utf-8")
        assert "bits per byte" in text, name


def again(place: Path, done: Run, *overrides: str, told: list[Event] | None = None) -> Run:
    listen = [] if told is None else told
    return run(place / "recipe.yaml", [f"output_dir={place}", *overrides], tell=listen.append)


def test_max_steps_raised_goes_on_from_the_checkpoint(done: Run, copied: Callable[[], Path]) -> None:
    place, told = copied(), []
    before = weights(place)
    longer = again(place, done, "train.max_steps=7", told=told)
    assert any(
        "going on from checkpoint-4, not bitwise (the number of updates was changed)" in event.text for event in told
    )
    assert [event.data["step"] for event in told if event.kind == "progress" and "loss" in event.data] == [5, 6, 7]
    assert read(place, "trainer_state.json")["global_step"] == 7
    assert weights(place) != before
    assert longer.folder == place


@pytest.mark.parametrize("override", ["train.logging_steps=1", "train.save_steps=2", "report.examples=0", "name=other"])
def test_what_only_shows_may_change_and_trains_nothing(override: str, done: Run, copied: Callable[[], Path]) -> None:
    place, told = copied(), []
    before = weights(place)
    again(place, done, override, told=told)
    assert weights(place) == before
    assert not [event for event in told if event.kind == "log"]


def test_a_change_of_evaluate_measures_again_and_trains_nothing(done: Run, copied: Callable[[], Path]) -> None:
    place, told = copied(), []
    before = weights(place)
    other = again(place, done, "evaluate.passes=3", told=told)
    stages = [event.text for event in told if event.kind == "stage"]
    assert stages == ["measuring base and adapted model", "asking base and adapted model for the domain's own terms"]
    assert weights(place) == before
    assert other.scores != done.scores


@pytest.mark.parametrize(
    "override, key", [("train.learning_rate=1e-3", "phases.0.train.learning_rate"), ("train.max_steps=2", "phases.0.train.max_steps"), ("seed=1", "seed"),
                      ("tokens.max_length=16", "phases.0.tokens.max_length"), ("adapter=lora", "phases.0.adapter.name")]
)  # fmt: skip
def test_another_recipe_is_refused_with_the_changed_keys(
    override: str, key: str, done: Run, copied: Callable[[], Path]
) -> None:
    place = copied()
    before = tiny.everything(place)
    with pytest.raises(UserError) as caught:
        again(place, done, override)
    assert key in [fault.where for fault in caught.value.faults]
    assert all("overwrite_output_dir" in fault.do for fault in caught.value.faults)
    assert tiny.everything(place) == before


def test_another_version_trains_anew_and_says_so(
    done: Run, copied: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    place, told = copied(), []
    monkeypatch.setattr(acclimate, "__version__", "another")
    again(place, done, told=told)
    assert any("by another version of acclimate: it is done anew" in event.text for event in told)
    told.clear()
    again(place, done, told=told)
    assert not any("anew" in event.text for event in told)


def test_overwrite_output_dir_throws_the_old_run_away(done: Run, copied: Callable[[], Path]) -> None:
    place = copied()
    again(place, done, "train.max_steps=2", "train.learning_rate=1e-3", "overwrite_output_dir=true")
    assert read(place, "trainer_state.json")["global_step"] == 2
    assert not (place / "checkpoint-4").exists()
    assert not tiny.half_made(place)
