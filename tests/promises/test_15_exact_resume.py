"""A resumed run is the uninterrupted run, bit for bit, wherever it was killed: in training, in an accumulation, in a save."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from acclimate.core.artifact import file_hash

# Reads what is to be trained, and trains each in a process of its own, forked before anything was computed: what is
# imported is imported once. Gives the exit codes; what is killed is killed as a process is.
SCRIPT = """
import gc, json, os, sys
from pathlib import Path
from acclimate.adapter.adalora import Adalora
from acclimate.adapter.lora import Lora
from acclimate.adapter.full import Full
from acclimate.compat.peft import library
from acclimate.train.loop import Loop
from acclimate.train.section import Train
from tests.made import examples, job, language_model

def train(kind, adapter, place):
    settings = Train(max_steps=9, per_device_train_batch_size=3, gradient_accumulation_steps=2, logging_steps=2,
                     save_steps=4, eval_steps=3, learning_rate=5e-3, weight_decay=0.1, save_total_limit=None,
                     load_best_model_at_end=True)
    dropout = {"hidden_dropout_prob": 0.2, "attention_probs_dropout_prob": 0.2} if kind == "bert" else {"attention_dropout": 0.2}
    lm = language_model(kind, **dropout)
    chosen = {
        "full": Full(),
        "lora": Lora(r=4, lora_dropout=0.2, target_modules=("all-linear",)),
        "adalora": Adalora(init_r=6, target_r=3, tinit=1, tfinal=2, lora_dropout=0.2, target_modules=("all-linear",)),
    }[adapter]
    data, validation = examples(20, causal=lm.causal), examples(6, seed=9, causal=lm.causal)
    Loop(job(lm, Path(place), data, settings, adapter=chosen, validation=validation)).run()

library()
gc.freeze()  # else each fork copies what the collector merely looks at
codes = []
for kind, adapter, place, fail_at in json.loads(sys.argv[1]):
    child = os.fork()
    if child == 0:
        os.environ["ACCLIMATE_FAIL_AT"] = fail_at
        try:
            train(kind, adapter, place)
        except BaseException:
            import traceback
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
print(json.dumps(codes))
"""
# Two threads, so that a sum whose order depends on who comes first would show; they sleep while they wait.
THREADS = {"OMP_NUM_THREADS": "2", "OMP_WAIT_POLICY": "passive"}
KINDS = {"full": "bert", "lora": "llama", "adalora": "bert"}
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
CASES = [(adapter, fail_at) for adapter in KINDS for fail_at in PLACES]


class Asked(NamedTuple):
    """A training: what, where, and where it is to be killed."""

    adapter: str
    place: Path
    fail_at: str = ""


def train(asked: Sequence[Asked], root: Path) -> list[int]:
    """Train in one more interpreter, with a seed of its own for the order of sets; gives the exit codes."""
    jobs = [(KINDS[one.adapter], one.adapter, str(one.place), one.fail_at) for one in asked]
    path = os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps(jobs)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": path, **THREADS},
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    codes: list[int] = json.loads(done.stdout)
    assert all(code == 0 or one.fail_at for one, code in zip(asked, codes, strict=True)), done.stderr[-2000:]
    return codes


def final(place: Path, adapter: str) -> dict[str, object]:
    last = place / "checkpoint-9"
    state = json.loads((last / "trainer_state.json").read_text())
    timed = {"tokens_per_second"}
    log = [{key: value for key, value in line.items() if key not in timed} for line in state["log_history"]]
    hashes = [file_hash(last / name) for name in FILES[adapter]]
    return {"hashes": hashes, "log": log, "best": state["best_global_step"]}


class Trained(NamedTuple):
    """Folders: trained in one go by adapter, killed and resumed by adapter and place; and how the killed ended."""

    whole: dict[str, Path]
    resumed: dict[tuple[str, str], Path]
    codes: dict[tuple[str, str], int]
    too_far: set[tuple[str, str]]


@pytest.fixture(scope="module")
def trained(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Train all in one go, all up to a kill, and all that was killed to its end: three interpreters."""
    top = tmp_path_factory.mktemp("trained")
    whole = {adapter: top / adapter for adapter in KINDS}
    train([Asked(adapter, place) for adapter, place in whole.items()], root)
    places = {case: top / f"killed{number}" for number, case in enumerate(CASES)}
    codes = train([Asked(adapter, place, fail_at) for (adapter, fail_at), place in places.items()], root)
    too_far = {case for case, place in places.items() if (place / "checkpoint-9").exists()}
    train([Asked(adapter, place) for (adapter, _), place in places.items()], root)
    return Trained(whole, places, dict(zip(CASES, codes, strict=True)), too_far)


@pytest.mark.slow
@pytest.mark.parametrize("adapter, fail_at", CASES)
def test_killed_anywhere_ends_in_the_same_bytes(adapter: str, fail_at: str, trained: Trained) -> None:
    case = (adapter, fail_at)
    assert trained.codes[case] == -signal.SIGKILL
    assert case not in trained.too_far
    assert final(trained.resumed[case], adapter) == final(trained.whole[adapter], adapter)


def test_a_damaged_checkpoint_is_named_and_skipped(root: Path, trained: Trained, tmp_path: Path) -> None:
    wanted = final(trained.whole["full"], "full")
    place = Path(shutil.copytree(trained.whole["full"], tmp_path / "run"))
    newest = place / "checkpoint-9" / "model.safetensors"
    data = bytearray(newest.read_bytes())
    data[-1] ^= 1
    newest.write_bytes(bytes(data))
    train([Asked("full", place)], root)
    assert final(place, "full") == wanted
    assert newest.read_bytes() != bytes(data)
