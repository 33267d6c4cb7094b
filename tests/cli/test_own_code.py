"""Metric, masking and callback from a file of the user's own; the documented example is what is run."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import acclimate as package
from acclimate.core.errors import UserError
from acclimate.core.local_code import hashes_in
from acclimate.pipeline.recipe import read_recipe
from tests.pipeline import tiny
from tests.pipeline.test_predict import labelled

Command = Callable[..., Any]
MASKING = """
from acclimate.core.method import Method
from acclimate.masking.token import Token

class Odd(Method):
    "Hides tokens at odd places."
    def check(self, tokenizer, where): ...
    def units(self, document): return Token().units(document)
    def hide(self, units_T, offsets_N1, key_N, probability):
        return (units_T >= 0) & (units_T % 2 == SIDE)
"""


def block(root: Path, language: str) -> str:
    """Give the first block of a language of docs/own_code.md."""
    found = re.search(rf"```{language}\n(.*?)```", (root / "docs/own_code.md").read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture
def mine(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The documented file, beside the recipe; the command runs in its folder."""
    (tmp_path / "mine.py").write_text(block(root, "python"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "mine.py"


def written(root: Path, encoder: Path, place: Path) -> str:
    """A tiny recipe with the documented lines in it."""
    said = yaml.safe_load(block(root, "text"))
    said["evaluate"]["metrics"][0]["label"] = "drug"
    whole = tiny.recipe(encoder, tiny.write_rows(place / "rows.jsonl", labelled()), place / "out")
    whole |= {"objective": said["objective"], "train": {**whole["train"], "logging_steps": 1, **said["train"]}}
    whole["evaluate"] = {"retention": None, "terms": None, "resamples": 100, **said["evaluate"]}
    return tiny.write_recipe(place, whole)


def test_the_documented_example_runs_and_its_hash_is_written_down(
    mine: Path, root: Path, encoder: Path, acclimate: Command, tmp_path: Path
) -> None:
    recipe, out = written(root, encoder, tmp_path), tmp_path / "out"
    said = acclimate("run", recipe, "--allow-code")
    assert said.code == 0, said.err
    (caught,) = [
        line
        for line in json.loads((out / "scores.json").read_text())
        if (line["name"], line["when"]) == ("caught", "after")
    ]
    assert (caught["unit"], caught["better"]) == ("share of drug", "higher")
    log = out / "losses.jsonl"
    state = json.loads((out / "trainer_state.json").read_text())
    assert [json.loads(line) for line in log.read_text().splitlines()] == state["log_history"]
    digest = hashlib.sha256(mine.read_bytes()).hexdigest()
    resolved = yaml.safe_load((out / "recipe.yaml").read_text())
    assert hashes_in(resolved) == {"mine.py": digest}
    assert json.loads((out / "report.json").read_text())["provenance"]["data"]["code mine.py"] == digest
    assert not list(tmp_path.rglob("__pycache__"))
    mine.write_text(mine.read_text(encoding="utf-8").replace("share of {", "part of {"), encoding="utf-8")
    again = acclimate("run", recipe, "--allow-code")
    assert again.code == 0, again.err
    assert "update 1" not in again.err, "metric and callback change no weight"
    names = {line["unit"] for line in json.loads((out / "scores.json").read_text()) if line["name"] == "caught"}
    assert names == {"part of drug"}, "another metric is measured anew"
    for command in (["run"], ["check"], ["show"], ["evaluate", str(out / "model")]):
        refused = acclimate(*command, recipe)
        assert refused.code == 2
        assert "evaluate.metrics.0: 'mine.py:Caught' is code, and code was not allowed" in refused.err
        assert "add --allow-code to the command" in refused.err
    stale = acclimate("check", str(out / "recipe.yaml"), "--allow-code")
    assert stale.code == 0, "the run's own recipe is resolved anew"
    mine.write_text("", encoding="utf-8")
    changed = acclimate("check", str(out / "recipe.yaml"), "--allow-code")
    assert changed.code == 2
    assert "mine.py has changed: its sha256 is e3b0c44298fc" in changed.err


def test_a_file_that_is_not_allowed_is_not_executed(encoder: Path, acclimate: Command, tmp_path: Path) -> None:
    mark, code = tmp_path / "executed", tmp_path / "mine.py"
    code.write_text(f"open({str(mark)!r}, 'w').close()", encoding="utf-8")
    whole = tiny.recipe(encoder, "unused.jsonl", tmp_path / "out", evaluate={"metrics": [f"{code}:Anything"]})
    assert acclimate("run", tiny.write_recipe(tmp_path, whole)).code == 2
    assert not mark.exists()
    assert acclimate("run", tiny.write_recipe(tmp_path, whole), "--allow-code").code == 2
    assert mark.exists()
    mark.unlink()
    assert acclimate("run", tiny.write_recipe(tmp_path, whole)).code == 2, "it was allowed for one command"
    assert not mark.exists()


def test_another_masking_is_another_training(encoder: Path, acclimate: Command, tmp_path: Path) -> None:
    code = tmp_path / "odd.py"
    data = tiny.write_rows(tmp_path / "rows.jsonl", tiny.texts())
    whole = tiny.recipe(
        encoder, data, tmp_path / "out", objective={"name": "mlm", "masking": f"{code}:Odd"}, train={"max_steps": 1}
    )
    recipe = tiny.write_recipe(tmp_path, whole)
    shown = []
    for side in ("1", "0"):
        code.write_text(MASKING.replace("SIDE", side), encoding="utf-8")
        shown.append(acclimate("show", recipe, "--tokens", "--allow-code").out)
    first, second = ({line.split()[0] for line in one.splitlines() if line.split()[2:3] == ["hidden"]} for one in shown)
    assert first
    assert second
    assert not first & second, "what one hides the other shows"
    assert acclimate("run", recipe, "--allow-code").code == 0
    code.write_text(MASKING.replace("SIDE", "1"), encoding="utf-8")
    again = acclimate("run", recipe, "--allow-code")
    assert again.code == 2
    assert "phases.0.objective.masking.sha256" in again.err


@pytest.mark.parametrize(
    "text, name, found",
    [
        (None, "mine.py:Caught", "mine.py: No such file or directory"),
        ("", "mine.py:Caught", "mine.py has no class 'Caught'"),
        ("class Cought: ...", "mine.py:Caught", "mine.py has no class 'Caught'; did you mean Cought?"),
        ("class Caught:\n  reads = 'classes'\n  def sums(self): ...", "mine.py:Caught", "is no acclimate.core.method.Method"),
        ("from acclimate.core.method import Method\nclass Caught(Method): ...", "mine.py:Caught", "has no reads, sums"),
        ("from acclimate.core.method import Method\nclass Caught(Method):\n  reads = 'class'\n  def sums(self): ...".replace(
            "reads =", "reads: __import__('typing').ClassVar[str] ="), "mine.py:Caught", "'mine.py:Caught' reads 'class'"),
        ("import nothing_such", "mine.py:Caught", "mine.py, line 1: ModuleNotFoundError"),
        ("x = 1\nx = (", "mine.py:Caught", "mine.py, line 2: SyntaxError"),
        ("x = 1\n1 / 0", "mine.py:Caught", "mine.py, line 2: ZeroDivisionError"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_said(
    text: str | None, name: str, found: str, encoder: Path, acclimate: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    if text is not None:
        (tmp_path / "mine.py").write_text(text, encoding="utf-8")
    whole = tiny.recipe(encoder, "unused.jsonl", tmp_path / "out", evaluate={"metrics": [name]})
    said = acclimate("check", tiny.write_recipe(tmp_path, whole), "--allow-code")
    assert said.code == 2
    assert "Traceback" not in said.err
    assert "evaluate.metrics.0: " in said.err
    assert found in said.err
    assert "\n  do: " in said.err


def test_an_option_that_is_unknown_is_told_with_those_there_are(mine: Path, encoder: Path, tmp_path: Path) -> None:
    metric = {"name": "mine.py:Caught", "label": "a", "at_laest": 0.5}
    whole = tiny.recipe(encoder, "unused.jsonl", tmp_path / "out", evaluate={"metrics": [metric]})
    with package.code_allowed(), pytest.raises(UserError, match="at_laest") as raised:
        read_recipe(whole)
    assert str(raised.value.faults[0]) == (
        "evaluate.metrics.0.at_laest: unknown key; did you mean at_least?\n  allowed: at_least, label\n  do: rename or remove it"
    )


def test_only_some_families_take_own_code(encoder: Path, acclimate: Command, tmp_path: Path) -> None:
    whole = tiny.recipe(encoder, "unused.jsonl", tmp_path / "out", adapter="mine.py:Mine")
    said = acclimate("check", tiny.write_recipe(tmp_path, whole), "--allow-code")
    assert (said.code, "own code for metric, masking, callback" in said.err) == (2, True)


@pytest.mark.parametrize(
    "body, found",
    [
        ("def listen(self, folder):\n    def heard(event): raise ValueError('oh')\n    return heard", "ValueError: oh"),
        ("def listen(self, folder): return folder / None", "TypeError"),
    ],
)
def test_own_code_that_fails_is_told_with_its_file(
    body: str, found: str, encoder: Path, acclimate: Command, tmp_path: Path
) -> None:
    code = tmp_path / "mine.py"
    lines = body.replace("\n", "\n  ")
    code.write_text(f"from acclimate.core.method import Method\nclass Mine(Method):\n  {lines}", encoding="utf-8")
    data = tiny.write_rows(tmp_path / "rows.jsonl", tiny.texts())
    whole = tiny.recipe(encoder, data, tmp_path / "out", train={"max_steps": 1, "callbacks": [f"{code}:Mine"]})
    said = acclimate("run", tiny.write_recipe(tmp_path, whole), "--allow-code")
    assert said.code == 2
    assert found in said.err
    assert str(code) in said.err
