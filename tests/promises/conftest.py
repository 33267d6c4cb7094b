"""What promise tests share."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

_SCRIPT = """
import json, sys
from pathlib import Path
from acclimate.train.loop import Loop
from acclimate.train.section import Train
from tests.made import examples, job, language_model
import os
kind, place, world = sys.argv[1], Path(sys.argv[2]), int(os.environ.get("WORLD_SIZE", "1"))
settings = Train(max_steps=5, per_device_train_batch_size=4 // world, gradient_accumulation_steps=2, bf16=False,
                 logging_steps=1, learning_rate=1e-2, warmup_steps=0)
lm = language_model(kind)
result = Loop(job(lm, place / f"run{world}", examples(19, causal=lm.causal), settings)).run()
if int(os.environ.get("RANK", "0")) == 0:
    lines = [(line["loss"], line["grad_norm"]) for line in result.history]
    (place / f"losses{world}.json").write_text(json.dumps(lines))
"""


@pytest.fixture
def two_processes(root: Path) -> Any:
    """Give a function that trains once in one process and once in two (torchrun, gloo), and gives both courses."""

    def run(kind: str, place: Path) -> tuple[list[float], list[float]]:
        script = place / "train.py"
        script.write_text(_SCRIPT, encoding="utf-8")
        found = []
        for world in (1, 2):
            launch = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={world}"] if world > 1 else []
            environment = {**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true"}
            done = subprocess.run(
                [sys.executable, *launch, str(script), kind, str(place)],
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=240,
            )
            assert done.returncode == 0, done.stderr[-3000:]
            lines = json.loads((place / f"losses{world}.json").read_text())
            found.append([number for line in lines for number in line])
        return found[0], found[1]

    return run
