"""A checkpoint is complete or absent, wherever the run is killed; the best and the newest are never deleted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from acclimate.core.artifact import is_complete
from acclimate.core.events import Event
from acclimate.train.loop import Loop
from acclimate.train.section import Train
from tests.made import examples, job, language_model

SETTINGS = Train(
    max_steps=4, per_device_train_batch_size=4, save_steps=1, save_total_limit=None, bf16=False, logging_steps=1
)
# Where it is killed, and the checkpoints that must be there then: each place is passed once in each of four saves.
PLACES = {
    "checkpoint.after_weights:3": [1, 2],
    "artifact.before_manifest:3": [1, 2],
    "artifact.before_rename:3": [1, 2],
    "checkpoint.after_weights:1": [],
    "train.update:3": [1, 2, 3],
    "train.micro_batch:3": [1, 2],
}
# One process imports torch once; each run is a child of it that dies by itself.
_SCRIPT = """
import os, signal, sys
from pathlib import Path
from tests.promises.test_14_checkpoints import train
for fail_at in sys.argv[2:]:
    child = os.fork()
    if not child:
        os.environ["ACCLIMATE_FAIL_AT"] = fail_at
        train(Path(sys.argv[1]) / fail_at)
        os._exit(0)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != -signal.SIGKILL:
        sys.exit(f"{fail_at} was not passed")
"""


def train(place: Path, told: list[Event] | None = None) -> Loop:
    lm = language_model("bert")
    listen = (lambda event: None) if told is None else told.append
    loop = Loop(job(lm, place, examples(10), SETTINGS, tell=listen))
    loop.run()
    return loop


@pytest.fixture(scope="module")
def killed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one run for each place, killed there with -9."""
    place = tmp_path_factory.mktemp("killed")
    environment = {**os.environ, "PYTHONPATH": str(root)}
    command = [sys.executable, "-c", _SCRIPT, str(place), *PLACES]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return place


@pytest.mark.parametrize("fail_at", PLACES)
def test_killed_there_what_is_there_is_whole(fail_at: str, killed: Path) -> None:
    there = sorted((killed / fail_at).glob("checkpoint-*"))
    assert [path.name for path in there] == [f"checkpoint-{step}" for step in PLACES[fail_at]]
    assert all(is_complete(path, "test", check_hashes=True) for path in there)


@pytest.mark.parametrize("fail_at", ["artifact.before_rename:3", "checkpoint.after_weights:1"])
def test_killed_there_the_run_goes_on_and_leaves_nothing_half_made(fail_at: str, killed: Path) -> None:
    told: list[Event] = []
    train(killed / fail_at, told)
    went_on = [event.text for event in told if "going on from" in event.text]
    newest = max(PLACES[fail_at], default=None)
    assert [text.split(",")[0] for text in went_on] == ([f"going on from checkpoint-{newest}"] if newest else [])
    names = {path.name for path in (killed / fail_at).iterdir()}
    assert names == {f"checkpoint-{step}" for step in (1, 2, 3, 4)}
    assert all(is_complete(path, "test", check_hashes=True) for path in (killed / fail_at).iterdir())


def test_a_full_disk_leaves_the_checkpoints_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import safetensors.torch

    write, written = safetensors.torch.save_file, []

    def full(tensors: object, path: Path, **more: object) -> None:
        written.append(path)
        if len(written) > 4:
            Path(path).write_bytes(b"half")
            raise OSError(28, "No space left on device")
        write(tensors, path, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(safetensors.torch, "save_file", full)
    with pytest.raises(OSError, match="No space left"):
        train(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoint-1", "checkpoint-2"]
    assert all(is_complete(path, "test", check_hashes=True) for path in tmp_path.iterdir())


def test_the_best_and_the_newest_stay_and_what_was_skipped_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    losses = iter([3.0, 1.0, 2.0, 2.5, 2.5, 2.5])
    monkeypatch.setattr(Loop, "validate", lambda loop: {"eval_loss": next(losses)})
    settings = Train(
        **{
            **SETTINGS.model_dump(),
            "max_steps": 6,
            "eval_steps": 1,
            "save_total_limit": 1,
            "load_best_model_at_end": True,
        }
    )
    data = examples(10)
    Loop(job(language_model("bert"), tmp_path, data, settings, validation=data)).run()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoint-2", "checkpoint-6"]
    (tmp_path / "checkpoint-6" / "optimizer.safetensors").write_bytes(b"")
    told: list[Event] = []
    losses = iter([9.0] * 4)
    Loop(job(language_model("bert"), tmp_path, data, settings, validation=data, tell=told.append)).run()
    assert "checkpoint-6 is incomplete or of another run; it was skipped" in [event.text for event in told]
    assert any(event.text.startswith("going on from checkpoint-2") for event in told)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoint-2", "checkpoint-6"]
    assert is_complete(tmp_path / "checkpoint-6", "test", check_hashes=True)
