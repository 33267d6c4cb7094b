"""Tiny models to go wrong with, and the command line as a function."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from acclimate.cli.main import call
from tests.pipeline import tiny


class Said(NamedTuple):
    """What a command said on stderr and its exit code."""

    code: int
    text: str


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny masked model with a WordPiece tokenizer."""
    return tiny.encoder(tmp_path_factory.mktemp("models") / "encoder")


@pytest.fixture(scope="session")
def decoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny causal model whose tokenizer has no mask token."""
    return tiny.decoder(tmp_path_factory.mktemp("models") / "decoder")


@pytest.fixture(scope="session")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Texts that nothing is wrong with."""
    return tiny.write_rows(tmp_path_factory.mktemp("data") / "rows.jsonl", tiny.texts())


@pytest.fixture
def acclimate(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Give a function that runs a command on a recipe."""

    def command(data: dict[str, Any], *overrides: str, name: str = "run") -> Said:
        capfd.readouterr()
        code = call([name, tiny.write_recipe(tmp_path, data), *overrides])
        return Said(code, capfd.readouterr().err)

    return command


@pytest.fixture
def refused(acclimate: Callable[..., Said], tmp_path: Path) -> Callable[..., str]:
    """Give a function that runs a recipe, sees that it is refused as it should be, and gives what was said.

    As it should be: exit code 2, no traceback, a place, what is allowed or what to do, and the output folder as before.
    """

    def run(data: dict[str, Any], *overrides: str) -> str:
        out = Path(data["output_dir"])
        before, there = tiny.everything(out), out.exists()
        said = acclimate(data, *overrides)
        assert said.code == 2, said.text
        assert "Traceback" not in said.text
        assert ": " in said.text.splitlines()[0]
        assert "\n  do: " in said.text or "\n  allowed: " in said.text
        assert tiny.everything(out) == before
        assert out.exists() == there
        assert not tiny.half_made(tmp_path)
        return said.text

    return run
