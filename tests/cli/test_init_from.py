from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from acclimate.pipeline.recipe import read_recipe

DATA = Path(__file__).parents[1] / "pipeline/peers/data"
Command = Callable[..., Any]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    "how", [["--from", "{}"], ["--from={}"], ["--force", "--from", "{}"], ["--from", "{}", "--yes"]], ids=str
)
def test_a_peers_file_becomes_a_recipe(acclimate: Command, how: list[str]) -> None:
    file = str(DATA / "axolotl_pretrain.yml")
    said = acclimate("init", *(part.format(file) for part in how))
    assert (said.code, said.err) == (0, "")
    assert read_recipe("axolotl_pretrain_recipe.yaml")[0].model.path == "TinyLlama/TinyLlama-1.1B-Chat-v1.0"
    assert "bf16: full (bfloat16 autocast" in said.out
    assert "acclimate run axolotl_pretrain_recipe.yaml" in said.out


def test_to_names_the_recipe_and_nothing_is_overwritten_unasked(acclimate: Command, tmp_path: Path) -> None:
    line = ["init", "--from", str(DATA / "run_mlm.json"), "--to", "mine.yaml"]
    assert acclimate(*line).code == 0
    (tmp_path / "mine.yaml").write_text("precious")
    refused = acclimate(*line)
    assert refused.code == 2
    assert "there already" in refused.err
    assert (tmp_path / "mine.yaml").read_text() == "precious"
    assert acclimate(*line, "--force").code == 0
    assert read_recipe("mine.yaml")[0].phases[0].objective.mlm_probability == 0.2


@pytest.mark.parametrize(
    "line, found",
    [
        (["--from", "nothing.yml"], "nothing.yml: no such file"),
        (["--from", "alpaca.yml"], "datasets.0.type: found 'alpaca'"),
        (["--from", "alpaca.yml", "--to", "alpaca.yml", "--force"], "is the file that is read"),
        (["--from", "alpaca.yml", "--group", "x"], "--group: it stands beside --from"),
        (["--from", "alpaca.yml", "--to", "no/such/x.yaml"], "no folder"),
        (["--from"], "Missing parameter: data"),
    ],
)
def test_what_can_not_be_is_said_and_nothing_is_written(
    acclimate: Command, tmp_path: Path, line: list[str], found: str
) -> None:
    (tmp_path / "alpaca.yml").write_text("base_model: m\ndatasets:\n  - {path: a.jsonl, type: alpaca}\n")
    said = acclimate("init", *line)
    assert said.code == 2
    assert found in said.err
    assert "Traceback" not in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["alpaca.yml"]
