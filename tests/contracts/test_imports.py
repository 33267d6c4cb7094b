"""`import acclimate` is light: what is heavy is imported when it is used, so that `--help` answers at once."""

import json
import subprocess
import sys

import pytest

HEAVY = ["accelerate", "datasets", "pandas", "peft", "scipy", "sklearn", "torch", "transformers"]
SECONDS = 10.0  # generous: a cold disk and busy cores; torch and transformers alone take about as long there

PROBE = """
import importlib, json, sys, time
start = time.perf_counter()
importlib.import_module(sys.argv[1])
seconds = time.perf_counter() - start
print(json.dumps({"seconds": seconds, "modules": sorted(name for name in sys.modules if "." not in name)}))
"""


@pytest.mark.parametrize("module", ["acclimate", "acclimate.cli.main", "acclimate.core.families"])
def test_import_is_light(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, module], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert not set(HEAVY) & set(found["modules"])
    assert found["seconds"] < SECONDS
