"""Phases that build on each other: from language to task, and from a head alone to everything."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file

from acclimate.pipeline.run import run
from tests.pipeline import tiny
from tests.pipeline.test_predict import labelled


def test_each_phase_starts_from_the_one_before_and_heads_are_carried_over(encoder: Path, tmp_path: Path) -> None:
    data = str(tiny.write_rows(tmp_path / "rows.jsonl", labelled()))
    shared = {"sources": {"train": data}, "prepare": [{"name": "split", "validation": 0.1, "test": 0.4}],
              "tokens": {"max_length": 32}}  # fmt: skip
    train = {"max_steps": 4, "per_device_train_batch_size": 8, "learning_rate": 1e-2, "bf16": False}
    phases = [
        {"name": "adapt", **shared, "objective": "mlm", "train": train},
        {"name": "head", **shared, "objective": "classify", "adapter": "freeze", "train": train},
        {"name": "task", **shared, "objective": "classify", "train": {**train, "max_steps": 0}},
    ]
    evaluate = {"retention": None, "terms": None, "resamples": 100}
    done = run({"name": "chain", "model": str(encoder), "phases": phases, "leaks": "off", "evaluate": evaluate,
                "output_dir": str(tmp_path / "run")})  # fmt: skip
    adapted, head, task = (
        load_file(next(done.folder.glob(f"*-{name}-train")) / "model" / "model.safetensors")
        for name in ("adapt", "head", "task")
    )
    body = {name for name in adapted if name.startswith("bert.")}
    assert body <= head.keys()
    assert all(torch.equal(adapted[name], head[name]) for name in body), "the body is that of the adapted model"
    assert task.keys() == head.keys()
    assert all(torch.equal(task[name], head[name]) for name in task), "also the head, where nothing was trained after"
    assert {one.name for one in done.scores if one.when == "after"} >= {"accuracy"}
