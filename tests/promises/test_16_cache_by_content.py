"""What is kept is found again by its content alone: one character changed is tokenised anew, a touched file or another logging is not."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from acclimate.pipeline.run import run
from tests.pipeline import tiny

Stages = Callable[..., set[str]]


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    return tiny.write_rows(tmp_path / "rows.jsonl", tiny.texts(30))


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return tiny.encoder(tmp_path / "model")


@pytest.fixture
def stages(model: Path, rows: Path, tmp_path: Path) -> Stages:
    """Give a function that runs and says which stages were done anew; it ran once already."""
    data = tiny.recipe(model, rows, tmp_path / "out", prepare=["clean"], train={"max_steps": 0, "bf16": False})

    def run_again(*overrides: str) -> set[str]:
        told = []
        run(data, overrides, tell=told.append)
        return {event.text.removeprefix("adapt: ") for event in told if event.kind == "stage"}

    assert run_again() == {"reading and preparing rows", "tokenising", "training", "measuring base and adapted model"}
    assert run_again() == set()
    return run_again


def test_one_character_of_one_row_changes_everything_after_it(stages: Stages, rows: Path) -> None:
    before = rows.read_text(encoding="utf-8")
    rows.write_text(before.replace("aspirin", "aspirim", 1), encoding="utf-8")
    os.utime(rows, (0, 0))
    assert stages() >= {"reading and preparing rows", "tokenising", "training"}
    rows.write_text(before, encoding="utf-8")
    assert stages() >= {"reading and preparing rows", "tokenising", "training"}, (
        "the old content is made again, not guessed"
    )


def test_a_touched_file_and_a_change_that_preparing_takes_back_change_nothing(stages: Stages, rows: Path) -> None:
    os.utime(rows, (1, 1))
    assert stages() == set()
    text = rows.read_text(encoding="utf-8")
    rows.write_text(text.replace("was seen", "was  seen", 1), encoding="utf-8")
    assert stages() == {"reading and preparing rows"}, "clean made the same rows of it"


@pytest.mark.parametrize("override", ["train.logging_steps=7", "train.save_steps=3", "report.examples=0", "name=other"])
def test_what_no_token_depends_on_changes_no_token(override: str, stages: Stages) -> None:
    assert not stages(override) & {"reading and preparing rows", "tokenising", "training"}


def test_the_tokenizer_is_part_of_the_content(stages: Stages, model: Path) -> None:
    path = model / "tokenizer.json"
    spec = json.loads(path.read_text(encoding="utf-8"))
    words = spec["model"]["vocab"]
    words["the"], words["was"] = words["was"], words["the"]
    path.write_text(json.dumps(spec), encoding="utf-8")
    assert stages() >= {"tokenising", "training"}


def test_the_base_is_part_of_the_content(stages: Stages, model: Path) -> None:
    weights = model / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(bytes(data))
    assert stages() >= {"training"}
    assert "tokenising" not in stages()
