import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from acclimate.compat.memory_limits import Room
from acclimate.core.rows import Counts, Rows
from acclimate.objective.mlm import Mlm
from acclimate.sources.jsonl import Jsonl
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
    assert "which holds 20 of the 72 groups" in said.out
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


def test_check_tells_the_notes_of_the_objective_and_of_the_sources(
    acclimate: Command, recipe: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Mlm, "notes", lambda *_: ["masking word: 3 [of] 4 windows are one unit"])
    read = Jsonl.read

    def noted(self: Jsonl, where: str) -> tuple[Rows, Counts]:
        rows, counts = read(self, where)
        return rows, replace(counts, notes=["a script was not run"])

    monkeypatch.setattr(Jsonl, "read", noted)
    said = acclimate("check", recipe)
    assert "  masking word: 3 [of] 4 windows are one unit\n" in said.out
    assert "a script was not run" in said.out


def test_check_says_how_many_entities_are_hidden_whole(acclimate: Command, encoder: Path, tmp_path: Path) -> None:
    rows = [{"text": f"the <who> patient {number} </who> was seen at the hospital"} for number in range(60)]
    made = tiny.recipe(
        encoder,
        tiny.write_rows(tmp_path / "rows.jsonl", rows),
        tmp_path / "out",
        objective={"name": "mlm", "masking_prefix_flag": True, "entity_sep": "<who>,</who>"},
        tokens={"max_length": 32, "additional_special_tokens": ["<who>", "</who>"]},
    )
    said = acclimate("check", tiny.write_recipe(tmp_path, made))
    (told,) = re.findall(r"masking_prefix_flag: (\d+) entities in (\d+) of (\d+) windows", said.out)
    assert len(set(told)) == 1
    assert 20 < int(told[0]) < 60
