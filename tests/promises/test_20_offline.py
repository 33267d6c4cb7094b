"""Offline means offline: a run on local files opens no socket at all, and there is no telemetry, ever."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pipeline import tiny

# Python tells its audit hooks of every socket that is made, whoever makes it.
_SCRIPT = """
import sys
seen = []
sys.addaudithook(lambda event, arguments: seen.append((event, str(arguments))) if event.startswith("socket.") else None)
from acclimate.cli.main import call
code = call(["run", sys.argv[1]])
print("code", code)
print("sockets", seen)
import socket
socket.socket().close()
print("seen", bool(seen))
"""


@pytest.mark.slow
@pytest.mark.parametrize("offline", ["1", "0"])
@pytest.mark.parametrize("kind", ["encoder"])
def test_a_run_on_local_files_opens_no_socket(kind: str, offline: str, tmp_path: Path) -> None:
    rows = tiny.write_rows(tmp_path / "rows.jsonl", tiny.texts(40))
    data = tiny.recipe(
        tiny.encoder(tmp_path / "model"),
        rows,
        tmp_path / "out",
        evaluate={"retention": "sample:general", "resamples": 100},
    )
    environment = {name: value for name, value in os.environ.items() if name != "HF_HUB_DISABLE_TELEMETRY"}
    environment |= {"HF_HUB_OFFLINE": offline, "HF_HOME": str(tmp_path / "cache")}
    command = [sys.executable, "-c", _SCRIPT, tiny.write_recipe(tmp_path, data)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.stdout.splitlines()[-3:] == ["code 0", "sockets []", "seen True"], done.stdout + done.stderr
    assert (tmp_path / "out" / "report.html").is_file()
