import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from acclimate.core.artifact import file_hash
from tests.hub_served import Hub, commit, served


def run(address: str, place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HF_ENDPOINT": address, "HF_HUB_OFFLINE": "0", "HF_HOME": str(place / "home")}
    command = [sys.executable, "-m", "acclimate", "fetch", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=100)


def test_files_hashes_and_what_was_left_there_are_printed(tmp_path: Path) -> None:
    files = {"config.json": b"{}", "model.safetensors": b"weights", "pytorch_model.bin": b"pickle"}
    out = tmp_path / "out"
    with served(Hub({"some/base": {"main": files}, "some/rows": {"v1": {"a.csv": b"a,b\n"}}})) as hub:
        done = run(hub.address, tmp_path, "some/base", "--to", str(out))
        assert done.returncode == 0, done.stderr
        rows = run(hub.address, tmp_path, "some/rows", "--dataset", "--revision", "v1", "--to", str(tmp_path / "rows"))
        assert rows.returncode == 0, rows.stderr
        refused = run(hub.address, tmp_path, "some/base", "--revision", "v9", "--to", str(tmp_path / "no"))
    assert done.stdout.splitlines() == [
        f"{file_hash(out / 'config.json')}  config.json  (2 bytes)",
        f"{file_hash(out / 'model.safetensors')}  model.safetensors  (7 bytes)",
        "not taken: pytorch_model.bin",
        f"written: {out}  (some/base at {commit('main')})",
    ]
    assert (tmp_path / "rows" / "a.csv").read_bytes() == b"a,b\n"
    assert refused.returncode == 2
    assert "no revision 'v9'" in refused.stderr
    assert not (tmp_path / "no").exists()


def test_a_silent_hub_is_answered_within_a_minute(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        start = time.monotonic()
        done = run(f"http://127.0.0.1:{silent.getsockname()[1]}", tmp_path, "some/base", "--to", str(tmp_path / "out"))
    assert time.monotonic() - start < 60
    assert done.returncode == 2
    assert "some/base can't be had: the Hub can't be reached" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_offline_is_said(acclimate: Callable[..., Any], tmp_path: Path) -> None:
    said = acclimate("fetch", "some/base", "--to", str(tmp_path / "out"))
    assert said.code == 2
    assert "fetch: some/base is on the Hub and HF_HUB_OFFLINE is set" in said.err
