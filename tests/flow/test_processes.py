"""Two processes on a CPU, as torchrun starts them: the same model as one gives, stopped together, gone on together."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from acclimate.core.artifact import read_json, write_json
from tests.pipeline import tiny

TRAIN = {"max_steps": 6, "per_device_train_batch_size": 4, "learning_rate": 1e-2, "logging_steps": 1, "bf16": False}


def command(path: str, processes: int) -> list[str]:
    alone = [sys.executable, "-m", "acclimate", "run", path]
    torchrun = [sys.executable, "-m", "torch.distributed.run", f"--nproc_per_node={processes}", "--standalone"]
    return alone if processes == 1 else [*torchrun, *alone[1:]]


@pytest.fixture
def environment() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}


def made(encoder: Path, rows: Path, out: Path, train: dict[str, Any]) -> str:
    return tiny.write_recipe(out.parent, {**tiny.recipe(encoder, rows, out, train=train), "name": out.name})


def weights(out: Path) -> dict[str, torch.Tensor]:
    return load_file(out / "model" / "model.safetensors")


@pytest.fixture
def without_dropout(encoder: Path, tmp_path: Path) -> Path:
    """Dropout is drawn by each process for itself."""
    place = Path(shutil.copytree(encoder, tmp_path / "encoder"))
    config = read_json(place / "config.json")
    write_json(place / "config.json", {**config, "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0})
    return place


@pytest.mark.slow
def test_two_processes_give_what_one_gives(
    without_dropout: Path, rows: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    found = {}
    for processes, size in ((1, 4), (2, 2)):
        out = tmp_path / f"of_{processes}"
        path = made(without_dropout, rows, out, {**TRAIN, "per_device_train_batch_size": size})
        done = subprocess.run(
            command(path, processes), env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
        found[processes] = weights(out), read_json(out / "trainer_state.json")
        assert (out / "report.html").is_file()
    one, two = found[1][1]["log_history"], found[2][1]["log_history"]
    assert [line["loss"] for line in one] == pytest.approx([line["loss"] for line in two], rel=1e-5)
    assert found[2][1]["bits_depend_on"]["processes"] == 2
    for name, weight in found[1][0].items():
        assert torch.allclose(weight, found[2][0][name], atol=1e-4), name


@pytest.mark.slow
def test_two_processes_stop_together_and_go_on(
    encoder: Path, rows: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    """A signal that reaches one of them stops both, at the same update."""
    out = tmp_path / "stopped"
    path = made(encoder, rows, out, {**TRAIN, "max_steps": 150, "save_steps": 5, "save_total_limit": None})
    with subprocess.Popen(command(path, 2), env=environment, stderr=subprocess.PIPE, text=True) as running:
        folder = out / "04-adapt-train"
        deadline = time.monotonic() + 120
        while not list(folder.glob("checkpoint-*/trainer_state.json")) and time.monotonic() < deadline:
            time.sleep(0.2)
        children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text(encoding="utf-8").split()
        os.kill(int(children[-1]), signal.SIGTERM)
        _, said = running.communicate(timeout=120)
    assert running.returncode != 0
    stopped = max(int(path.name.rpartition("-")[2]) for path in folder.glob("checkpoint-*"))
    assert f"everything up to update {stopped} of 150 is saved" in said
    again = subprocess.run(
        [*command(path, 2), "train.max_steps=153"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert again.returncode == 0, again.stderr
    assert f"going on from checkpoint-{stopped}" in again.stderr
    assert read_json(out / "trainer_state.json")["global_step"] == 153
