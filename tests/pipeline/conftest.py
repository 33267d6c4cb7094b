"""One tiny model, one file of rows and one finished run, made once and copied by tests that change them."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from acclimate.pipeline.run import Run, run
from tests.pipeline import tiny


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny masked model."""
    return tiny.encoder(tmp_path_factory.mktemp("models") / "encoder")


@pytest.fixture(scope="session")
def decoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny causal model."""
    return tiny.decoder(tmp_path_factory.mktemp("models") / "decoder")


@pytest.fixture(scope="session")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Texts in a file."""
    return tiny.write_rows(tmp_path_factory.mktemp("data") / "rows.jsonl", tiny.texts())


@pytest.fixture(scope="session")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Events in a file."""
    return tiny.write_rows(tmp_path_factory.mktemp("data") / "events.jsonl", tiny.events())


@pytest.fixture(scope="session")
def done(encoder: Path, rows: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A finished run. Look, don't touch."""
    return run(tiny.recipe(encoder, rows, tmp_path_factory.mktemp("runs") / "done"))


@pytest.fixture
def copied(done: Run, tmp_path: Path) -> Callable[[], Path]:
    """Give a function that gives a copy of the finished run's folder."""

    def copy() -> Path:
        return Path(shutil.copytree(done.folder, tmp_path / "run"))

    return copy


@pytest.fixture(scope="session")
def learned(encoder: Path, rows: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny masked model that knows the texts already, so that there is something to lose."""
    train = {"max_steps": 120, "per_device_train_batch_size": 16, "learning_rate": 1e-2, "bf16": False}
    made = tiny.recipe(encoder, rows, tmp_path_factory.mktemp("runs") / "learned", train=train)
    return run({**made, "prepare": []}).folder / "model"
