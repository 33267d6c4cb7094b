"""An output folder that is somebody else's, and a disk that is full: a message, exit code 2, what was there untouched."""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
from safetensors import SafetensorError

from acclimate.pipeline.run import run
from tests.pipeline import tiny

Refused = Callable[..., str]


@pytest.fixture(scope="module")
def finished(encoder: Path, rows: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run. Look, don't touch."""
    return run(tiny.recipe(encoder, rows, tmp_path_factory.mktemp("runs") / "finished")).folder


@pytest.fixture
def out(finished: Path, tmp_path: Path) -> Path:
    """A folder that holds a finished run."""
    return Path(shutil.copytree(finished, tmp_path / "out"))


def test_a_run_of_another_recipe(refused: Refused, out: Path, encoder: Path, rows: Path) -> None:
    data = tiny.recipe(encoder, rows, out)
    data["train"] = {**data["train"], "learning_rate": 1e-3, "per_device_train_batch_size": 2}
    said = refused(data)
    assert "phases.0.train.learning_rate: 0.001, but the run in" in said
    assert "phases.0.train.per_device_train_batch_size: 2, but" in said
    assert "phases.0.train.max_steps" not in said
    assert "overwrite_output_dir=true" in said


def test_what_overwriting_would_destroy_stays_until_the_new_recipe_is_right(
    refused: Refused, out: Path, encoder: Path, tmp_path: Path
) -> None:
    said = refused(tiny.recipe(encoder, tmp_path / "absent.csv", out, seed=7), "overwrite_output_dir=true")
    assert "no such file" in said


def test_foreign_files(refused: Refused, encoder: Path, rows: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.docx").write_text("the only copy", encoding="utf-8")
    data = tiny.recipe(encoder, rows, tmp_path / "out")
    for overrides in ((), ("overwrite_output_dir=true",)):
        said = refused(data, *overrides)
        assert "holds files that are not of a run" in said
        assert "name another output_dir" in said


def test_a_folder_with_a_recipe_of_ones_own_is_no_run(
    refused: Refused, encoder: Path, rows: Path, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    data = tiny.recipe(encoder, rows, tmp_path / "out")
    shutil.move(tiny.write_recipe(tmp_path, data), tmp_path / "out" / "recipe.yaml")
    assert "not of a run" in refused(data, "overwrite_output_dir=true")


def test_a_file_where_the_folder_should_be(refused: Refused, encoder: Path, rows: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file", encoding="utf-8")
    assert "is a file" in refused(tiny.recipe(encoder, rows, tmp_path / "out"))
    assert "Not a directory" in refused(tiny.recipe(encoder, rows, tmp_path / "out" / "deeper"))
    assert (tmp_path / "out").read_text(encoding="utf-8") == "a file"


def test_a_mended_recipe_runs_where_a_wrong_one_was_refused(
    refused: Refused, acclimate: Callable[..., Any], encoder: Path, rows: Path, tmp_path: Path
) -> None:
    wrong = tiny.recipe(
        encoder, rows, tmp_path / "out", objective={"name": "mlm", "masking": "white_space"}, train={"max_steps": 0}
    )
    refused(wrong)
    assert acclimate({**wrong, "objective": "mlm"}).code == 0


FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_disk_full_before_training_leaves_nothing(
    refused: Refused, encoder: Path, rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise FULL

    monkeypatch.setattr(os, "fsync", full)
    said = refused(tiny.recipe(encoder, rows, tmp_path / "out"))
    assert "No space left on device" in said
    assert "make room or name another output_dir; the same command goes on" in said


def test_a_disk_full_in_training_keeps_what_is_whole(
    acclimate: Callable[..., Any], encoder: Path, rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tiny.recipe(encoder, rows, tmp_path / "out")
    data["train"] = {**data["train"], "save_steps": 2}
    save, saves = safetensors.torch.save_file, []

    def full_at_the_fourth(*arguments: Any, **more: Any) -> None:
        saves.append(arguments)
        if len(saves) == 4:
            raise SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)")
        save(*arguments, **more)

    with monkeypatch.context() as patch:
        patch.setattr(safetensors.torch, "save_file", full_at_the_fourth)
        said = acclimate(data)
    assert (said.code, len(saves)) == (2, 4), said.text
    assert "the disk: No space left on device" in said.text
    assert "Traceback" not in said.text
    assert not tiny.half_made(tmp_path)
    train = tmp_path / "out" / "04-adapt-train"
    assert [path.name for path in train.glob("checkpoint-*")] == ["checkpoint-2"]
    assert not (train / "model").exists()
    again = acclimate(data)
    assert again.code == 0
    assert "going on from checkpoint-2, bit for bit" in again.text


_ON_A_SMALL_DISK = """
import os, subprocess, sys
from pathlib import Path
disk, recipe = Path(sys.argv[1]), sys.argv[2]
from acclimate.cli.main import call
for size in sys.argv[3:]:
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)], stderr=subprocess.DEVNULL).returncode:
        sys.exit(77)
    code = call(["run", recipe, f"output_dir={disk / 'out'}"])
    left = [path for path in disk.rglob("*") if path.name.endswith((".part", ".old"))]
    torn = [path for path in disk.rglob("*.safetensors") if not (path.parent / "manifest.json").is_file() and path.parents[1].name != "out"]
    print(size, code, [str(path) for path in left + torn])
    subprocess.run(["umount", str(disk)], check=True)
"""


@pytest.mark.slow
def test_really_full_disks_of_several_sizes(encoder: Path, rows: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    recipe = tiny.write_recipe(tmp_path, tiny.recipe(encoder, rows, "out"))
    sizes = ["4k", "60k", "120k", "260k", "600k"]
    wrapped = [] if os.geteuid() == 0 else ["unshare", "-rm"]
    if shutil.which("mount") is None or (wrapped and shutil.which("unshare") is None):
        pytest.skip("no way to make a small disk here")
    command = [*wrapped, sys.executable, "-c", _ON_A_SMALL_DISK, str(disk), recipe, *sizes]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip("a small disk can't be mounted here")
    assert done.stdout.splitlines() == [f"{size} 2 []" for size in sizes], done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("make room") == len(sizes)
