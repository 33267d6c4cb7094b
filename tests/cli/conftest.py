"""The command line as a function, a tiny model, and rows."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from acclimate.cli.main import call
from tests.pipeline import tiny


class Said(NamedTuple):
    """An exit code and what stood on stdout and stderr."""

    code: int
    out: str
    err: str


@pytest.fixture
def acclimate(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """Give a function that runs a command line."""
    monkeypatch.setenv("COLUMNS", "200")

    def command(*arguments: str) -> Said:
        capfd.readouterr()
        code = call(list(arguments))
        return Said(code, *capfd.readouterr())

    return command


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny masked model."""
    return tiny.encoder(tmp_path_factory.mktemp("models") / "encoder")


@pytest.fixture(scope="session")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Texts in a file."""
    return tiny.write_rows(tmp_path_factory.mktemp("data") / "rows.jsonl", tiny.texts())


@pytest.fixture
def recipe(encoder: Path, rows: Path, tmp_path: Path) -> str:
    """The path of a recipe that runs."""
    return tiny.write_recipe(tmp_path, tiny.recipe(encoder, rows, tmp_path / "out"))
