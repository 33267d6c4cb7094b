"""What promise tests share."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

# Imports are paid for once: what is trained is trained in one interpreter after the other model, not in one more.
_SCRIPT = """
import json, os, sys
from pathlib import Path
from acclimate.train.loop import Loop
from acclimate.train.section import Train
from tests.made import examples, job, language_model
place, world = Path(sys.argv[1]), int(os.environ.get("WORLD_SIZE", "1"))
settings = Train(max_steps=5, per_device_train_batch_size=4 // world, gradient_accumulation_steps=2, bf16=False,
                 logging_steps=1, learning_rate=1e-2, warmup_steps=0)
for kind in sys.argv[2:]:
    lm = language_model(kind)
    result = Loop(job(lm, place / f"{kind}{world}", examples(19, causal=lm.causal), settings)).run()
    if int(os.environ.get("RANK", "0")) == 0:
        lines = [(line["loss"], line["grad_norm"]) for line in result.history]
        (place / f"{kind}{world}.json").write_text(json.dumps(lines))
"""
Course = list[float]


@pytest.fixture(scope="session")
def two_processes(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., dict[str, tuple[Course, Course]]]:
    """Give a function that trains each kind once in one process and once in two (torchrun, gloo): both courses by kind."""

    def run(*kinds: str) -> dict[str, tuple[Course, Course]]:
        place = tmp_path_factory.mktemp("processes")
        script = place / "train.py"
        script.write_text(_SCRIPT, encoding="utf-8")
        for world in (1, 2):
            launch = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={world}"] if world > 1 else []
            environment = {**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true"}
            done = subprocess.run(
                [sys.executable, *launch, str(script), str(place), *kinds],
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=240,
            )
            assert done.returncode == 0, done.stderr[-3000:]
        return {kind: (course(place / f"{kind}1.json"), course(place / f"{kind}2.json")) for kind in kinds}

    return run


def course(path: Path) -> Course:
    """Give losses and norms, one after the other."""
    return [number for line in json.loads(path.read_text(encoding="utf-8")) for number in line]
