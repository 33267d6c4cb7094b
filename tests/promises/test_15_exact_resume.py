"""A resumed run is the uninterrupted run, bit for bit, wherever it was killed: in training, in an accumulation, in a save."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from acclimate.core.artifact import file_hash

SCRIPT = """
import sys
from pathlib import Path
from acclimate.adapter.adalora import Adalora
from acclimate.adapter.lora import Lora
from acclimate.adapter.full import Full
from acclimate.train.loop import Loop
from acclimate.train.section import Train
from tests.made import examples, job, language_model
kind, adapter, place = sys.argv[1], sys.argv[2], Path(sys.argv[3])
settings = Train(max_steps=9, per_device_train_batch_size=3, gradient_accumulation_steps=2, logging_steps=2, save_steps=4,
                 eval_steps=3, learning_rate=5e-3, weight_decay=0.1, save_total_limit=None, load_best_model_at_end=True)
dropout = {"hidden_dropout_prob": 0.2, "attention_probs_dropout_prob": 0.2} if kind == "bert" else {"attention_dropout": 0.2}
lm = language_model(kind, **dropout)
chosen = {
    "full": Full(),
    "lora": Lora(r=4, lora_dropout=0.2, target_modules=("all-linear",)),
    "adalora": Adalora(init_r=6, target_r=3, tinit=1, tfinal=2, lora_dropout=0.2, target_modules=("all-linear",)),
}[adapter]
data = examples(20, causal=lm.causal)
Loop(job(lm, place, data, settings, adapter=chosen, validation=examples(6, seed=9, causal=lm.causal))).run()
"""
FILES = {
    "full": ["model.safetensors", "optimizer.safetensors"],
    "lora": ["trainable.safetensors", "optimizer.safetensors"],
    "adalora": ["trainable.safetensors", "optimizer.safetensors", "adapter_state.safetensors"],
}
PLACES = [
    "train.update:6",
    "train.micro_batch:11",
    "checkpoint.after_weights:2",
    "artifact.before_rename:2",
    "artifact.before_manifest:3",
]


def train(root: Path, script: Path, kind: str, adapter: str, place: Path, fail_at: str = "") -> int:
    environment = {**os.environ, "PYTHONPATH": str(root), "ACCLIMATE_FAIL_AT": fail_at}
    done = subprocess.run(
        [sys.executable, str(script), kind, adapter, str(place)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if not fail_at:
        assert done.returncode == 0, done.stderr[-2000:]
    return done.returncode


def final(place: Path, adapter: str) -> dict[str, object]:
    last = place / "checkpoint-9"
    state = json.loads((last / "trainer_state.json").read_text())
    timed = {"tokens_per_second"}
    log = [{key: value for key, value in line.items() if key not in timed} for line in state["log_history"]]
    hashes = [file_hash(last / name) for name in FILES[adapter]]
    return {"hashes": hashes, "log": log, "best": state["best_global_step"]}


@pytest.mark.parametrize(
    "kind, adapter, places", [("bert", "full", PLACES), ("llama", "lora", PLACES), ("bert", "adalora", PLACES[:3])]
)
def test_killed_anywhere_ends_in_the_same_bytes(
    kind: str, adapter: str, places: list[str], root: Path, tmp_path: Path
) -> None:
    script = tmp_path / "train.py"
    script.write_text(SCRIPT, encoding="utf-8")
    train(root, script, kind, adapter, tmp_path / "whole")
    wanted = final(tmp_path / "whole", adapter)
    for number, fail_at in enumerate(places):
        place = tmp_path / f"killed{number}"
        assert train(root, script, kind, adapter, place, fail_at) == -signal.SIGKILL, fail_at
        assert not (place / "checkpoint-9").exists()
        train(root, script, kind, adapter, place)
        assert final(place, adapter) == wanted, fail_at


def test_a_damaged_checkpoint_is_named_and_skipped(root: Path, tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text(SCRIPT, encoding="utf-8")
    train(root, script, "bert", "full", tmp_path / "run")
    wanted = final(tmp_path / "run", "full")
    newest = tmp_path / "run" / "checkpoint-9" / "model.safetensors"
    data = bytearray(newest.read_bytes())
    data[-1] ^= 1
    newest.write_bytes(bytes(data))
    train(root, script, "bert", "full", tmp_path / "run")
    assert final(tmp_path / "run", "full") == wanted
