from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from acclimate.cli import init as command
from tests.pipeline import init_made, tiny

Command = Callable[..., Any]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_writes_a_recipe_says_what_it_saw_and_what_comes_next(acclimate: Command, here: Path) -> None:
    init_made.clinic(here / "clinic")
    said = acclimate("init", "clinic")
    assert said.code == 0, said.err
    assert "visits: 180 rows" in said.out
    assert "no --model: starter:encoder is taken" in said.out
    assert "SSN (patients): the number of a document, by its name" in said.out
    assert said.out.endswith("written: clinic.yaml\n  acclimate check clinic.yaml\n  acclimate run clinic.yaml\n")
    assert acclimate("check", "clinic.yaml").code == 0


def test_a_task_has_its_own_starter_and_its_recipe_is_accepted(acclimate: Command, here: Path) -> None:
    rows = [{"question": f"what of {number}?", "answer": f"it is thing {number}"} for number in range(60)]
    init_made.write_csv(here / "qa.csv", rows)
    said = acclimate("init", "qa.csv", "--task", "sft")
    assert said.code == 0, said.err
    assert "no --model: starter:decoder is taken" in said.out
    assert "question is asked, answer is learnt (form: question_answer)" in said.out
    assert acclimate("check", "qa.yaml").code == 0


def test_a_recipe_that_is_there_is_kept(acclimate: Command, here: Path) -> None:
    tiny.write_rows(here / "rows.jsonl", tiny.texts())
    (here / "rows.yaml").write_text("mine", encoding="utf-8")
    said = acclimate("init", "rows.jsonl")
    assert (said.code, said.out) == (2, "")
    assert "rows.yaml is there already" in said.err
    assert (here / "rows.yaml").read_text(encoding="utf-8") == "mine"
    assert acclimate("init", "rows.jsonl", "--to", "other.yaml").code == 0
    assert acclimate("init", "rows.jsonl", "--force").code == 0
    assert "name: rows" in (here / "rows.yaml").read_text(encoding="utf-8")
    assert not tiny.half_made(here)


@pytest.mark.parametrize(
    "data, said",
    [
        ("nothing.csv", "no such file or folder"),
        ("empty", "it holds nothing"),
        ("odd", "it holds a.xyz"),
        ("readme", "holds no data"),
        ("broken.jsonl", "not JSON"),
        ("header.csv", "not one row"),
    ],
)
def test_bad_data_is_named_and_nothing_written(acclimate: Command, here: Path, data: str, said: str) -> None:
    for folder, file in (("empty", ""), ("odd", "a.xyz"), ("readme", "README.md")):
        (here / folder).mkdir()
        if file:
            (here / folder / file).write_text("words", encoding="utf-8")
    (here / "broken.jsonl").write_text("{'a': 1}\n", encoding="utf-8")
    (here / "header.csv").write_text("a,b\n", encoding="utf-8")
    before = tiny.everything(here)
    answer = acclimate("init", data)
    assert answer.code == 2
    assert said in answer.err
    assert "Traceback" not in answer.err
    assert tiny.everything(here) == before


def test_a_terminal_is_asked_and_an_empty_answer_takes_the_default(
    acclimate: Command, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    init_made.clinic(here / "clinic")
    asked = []

    def answer(text: str, default: str) -> str:
        asked.append(text)
        return "visits" if text.startswith("tables") else default

    monkeypatch.setattr(command, "_at_a_terminal", lambda: True)
    monkeypatch.setattr(command.typer, "prompt", answer)
    said = acclimate("init", "clinic")
    assert said.code == 0, said.err
    assert asked == ["model", "tables, with commas between", "group rows by (patient_id)"]
    text = (here / "clinic.yaml").read_text(encoding="utf-8")
    assert "visits.csv" in text
    assert "prescriptions.csv" not in text
    asked.clear()
    assert acclimate("init", "clinic", "--force", "--yes").code == 0
    assert not asked


def test_a_wrong_group_names_the_nearest(acclimate: Command, here: Path) -> None:
    init_made.clinic(here / "clinic")
    said = acclimate("init", "clinic", "--group", "PATIENTT")
    assert said.code == 2
    assert "did you mean PATIENT?" in said.err
    assert not list(here.glob("*.yaml"))
