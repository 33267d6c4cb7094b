"""What the loop is given, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from acclimate.compat.transformers.runner import Runner
from acclimate.core.events import Tell
from acclimate.core.examples import Examples
from acclimate.core.language_model import LanguageModel
from acclimate.core.protocols import Adapter, Batching, Objective
from acclimate.train.checkpoint import Checkpoints
from acclimate.train.section import Train


@dataclass(frozen=True)
class Job:
    """One training: a model (wrapped by its adapter), its data, and how to go about it.

    `batch_tokens` is what a forward pass may hold, where per_device_train_batch_size is auto.
    """

    lm: LanguageModel
    model: Any
    runner: Runner
    examples: Examples
    validation: Examples | None
    objective: Objective
    batching: Batching
    adapter: Adapter
    settings: Train
    checkpoints: Checkpoints
    logs: Path
    tell: Tell
    batch_tokens: int = 0
    resume_with: str = "the same command again"


@dataclass
class Result:
    """What became of a training.

    `history` is the log (transformers' keys), `metrics` what train_results.json holds; `diverged` is set when the loss
    stopped being a number (the last finite weights are kept); `best_step` is the update of the best validation.
    """

    updates: int
    planned: int
    history: list[dict[str, Any]]
    metrics: dict[str, Any]
    diverged: bool = False
    stopped_early: bool = False
    best_step: int | None = None
    notes: list[str] = field(default_factory=list)
