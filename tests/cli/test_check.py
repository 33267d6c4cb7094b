from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from acclimate.compat.memory_limits import Room
from acclimate.train import memory
from tests.pipeline import tiny

Command = Callable[..., Any]


def test_check_says_what_would_be_done_and_writes_nothing(acclimate: Command, recipe: str, tmp_path: Path) -> None:
    before = tiny.everything(tmp_path)
    said = acclimate("check", recipe)
    assert said.code == 0
    assert "72" in said.out
    assert "windows" in said.out
    assert "4 updates" in said.out
    assert said.out.rstrip().endswith("the recipe can run")
    assert tiny.everything(tmp_path) == before


def test_check_warns_of_too_few_groups_and_says_how_many_it_takes(acclimate: Command, recipe: str) -> None:
    said = acclimate("check", recipe, "prepare.split.test=0.1")
    assert "warning: only" in said.out
    assert "at least 20" in said.out
    assert "times larger" in said.out
    said = acclimate("check", recipe, "prepare=[]")
    assert "there are no test rows" in said.out


def test_check_names_aliases(acclimate: Command, recipe: str) -> None:
    said = acclimate("check", recipe, "num_epochs=2", "train.max_steps=")
    assert "num_epochs is understood as train.num_train_epochs" in said.out


def test_check_finds_what_run_would(acclimate: Command, recipe: str, encoder: Path, rows: Path, tmp_path: Path) -> None:
    said = acclimate("check", recipe, "objective.masking=white_space", f"output_dir={tmp_path / 'other'}")
    assert said.code == 2
    assert "white_space masking with a WordPiece tokenizer" in said.err
    seq2seq = tiny.sequence_to_sequence(tmp_path / "t5")
    said = acclimate("check", recipe, f"model.path={seq2seq}")
    assert said.code == 2
    assert "sequence-to-sequence" in said.err
    said = acclimate("check", recipe, "prepare.split.validation=0", "train.eval_steps=2")
    assert said.code == 2
    assert "no validation rows" in said.err


def test_check_says_how_much_memory_it_takes(acclimate: Command, recipe: str, monkeypatch: pytest.MonkeyPatch) -> None:
    said = acclimate("check", recipe)
    assert "training will take about" in said.out
    assert "memory can be had" in said.out
    monkeypatch.setattr(memory, "room", lambda: Room(10**7, 10**9, gpu=False))
    said = acclimate("check", recipe)
    assert said.code == 0, "less may be free now than later"
    assert "warning: training will take about" in said.out
    assert "only 10 MB of memory can be had" in said.out
    assert "gradient_checkpointing: true" in said.out
