"""Where a training stands: everything that is neither a weight nor a moment."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from acclimate.compat.hardware import bits_depend_on
from acclimate.train.plan import Plan
from acclimate.train.section import Train
from acclimate.train.spikes import KEPT


@dataclass
class State:
    """`step` counts finished updates; what the next line of the log is the mean of waits in `waiting`, and in `right` how
    many of how many labels the model found the most probable.
    """

    start: dict[str, str] = field(default_factory=dict)
    step: int = 0
    seconds: float = 0.0
    tokens: float = 0.0
    labels: float = 0.0
    documents_loss: float = 0.0
    loss: float = 0.0
    history: list[dict[str, Any]] = field(default_factory=list)
    with_gradient: set[str] = field(default_factory=set)
    best_metric: float | None = None
    best_step: int | None = None
    waited: int = 0
    saved: int | None = None
    diverged: bool = False
    stopped_early: bool = False
    recent: list[float] = field(default_factory=list)
    spikes: list[int] = field(default_factory=list)
    waiting: list[tuple[float, float]] = field(default_factory=list)
    right: list[tuple[float, float]] = field(default_factory=list)

    @property
    def over(self) -> bool:
        """Whether training ends before its planned last update."""
        return self.diverged or self.stopped_early

    @property
    def eval_losses(self) -> list[float]:
        """The validation losses so far."""
        return [float(line["eval_loss"]) for line in self.history if "eval_loss" in line]

    def count(self, loss: float, norm: float, tokens: float, labels: float) -> None:
        """Add one update's numbers."""
        self.loss = loss
        self.documents_loss += loss
        self.tokens += tokens
        self.labels += labels
        self.waiting.append((loss, norm))
        self.recent = [*self.recent, loss][-KEPT:]

    def log(self, numbers: dict[str, float]) -> dict[str, Any]:
        """Write a line of the log at the present step."""
        line = {**numbers, "step": self.step}
        self.history.append(line)
        return line

    def log_mean(self, learning_rate: float, epoch: float, accuracy: str = "") -> dict[str, Any]:
        """Write the mean loss, the last gradient norm and (where it is counted) the accuracy since the line before."""
        loss = sum(loss for loss, _ in self.waiting) / max(1, len(self.waiting))
        norm = self.waiting[-1][1] if self.waiting else 0.0
        self.waiting.clear()
        speed = self.tokens / max(self.seconds, 1e-9)
        numbers = {"loss": loss, "grad_norm": norm, "learning_rate": learning_rate, "epoch": epoch}
        if self.right:
            numbers[accuracy] = sum(hits for hits, _ in self.right) / sum(labels for _, labels in self.right)
            self.right.clear()
        return self.log({**numbers, "tokens_per_second": round(speed, 1)})

    def improved(self, value: float, *, higher: bool = False) -> bool:
        """Say whether a number of validation is the best so far (the lowest, or the highest), and remember."""
        gain = self.best_metric is None or (value > self.best_metric if higher else value < self.best_metric)
        if math.isfinite(value) and gain:
            self.best_metric, self.best_step, self.waited = value, self.step, 0
            return True
        self.waited += 1
        return False

    def as_json(self, plan: Plan, settings: Train) -> dict[str, Any]:
        """Give trainer_state.json: transformers' keys, and what a resumed run needs."""
        return {
            "global_step": self.step,
            "max_steps": plan.updates,
            "epoch": plan.epochs(self.step),
            "num_train_epochs": settings.num_train_epochs,
            "train_batch_size": settings.per_device_train_batch_size,
            "best_metric": self.best_metric,
            "best_global_step": self.best_step,
            "best_model_checkpoint": f"checkpoint-{self.best_step}" if self.best_step else None,
            "log_history": [_plain(line) for line in self.history],
            "is_world_process_zero": True,
            "bits_depend_on": bits_depend_on(),
            "seconds": self.seconds,
            "tokens": self.tokens,
            "labels": self.labels,
            "sum_of_losses": self.documents_loss,
            "waiting": self.waiting,
            "right": self.right,
            "waited": self.waited,
            "recent": self.recent,
            "spikes": self.spikes,
            "stopped_early": self.stopped_early,
            "start": self.start,
            "with_gradient": sorted(self.with_gradient),
        }

    def restore(self, data: dict[str, Any]) -> None:
        """Take up what `as_json` gave."""
        self.step = self.saved = data["global_step"]
        self.seconds, self.documents_loss = data["seconds"], data["sum_of_losses"]
        self.tokens, self.labels = data["tokens"], data["labels"]
        self.best_metric, self.best_step, self.waited = data["best_metric"], data["best_global_step"], data["waited"]
        self.stopped_early = data["stopped_early"]
        self.recent, self.spikes = data["recent"], data["spikes"]
        self.history = list(data["log_history"])
        self.waiting = [(loss, norm) for loss, norm in data["waiting"]]
        self.right = [(hits, labels) for hits, labels in data.get("right", [])]
        self.start, self.with_gradient = data["start"], set(data["with_gradient"])


def _plain(line: dict[str, Any]) -> dict[str, Any]:
    """JSON has no NaN: what is no number is written as text, never left out."""
    return {
        key: value if not isinstance(value, float) or abs(value) < float("inf") else str(value)
        for key, value in line.items()
    }
