"""The loop: batches in, moved weights out. Averaged over the supervised tokens of the whole update, resumable bit for bit.

Loss of an update = sum over its supervised tokens of -ln p / their number, over all micro-batches and processes alike
(so padding, accumulation and several processes change nothing; promise 7).
"""

from __future__ import annotations

import math
import time
from typing import Any

import torch
from torch.nn.functional import cross_entropy

from acclimate.compat.hardware import bits_depend_on, has_bf16
from acclimate.compat.processes import accelerator
from acclimate.compat.transformers.loading import checkpoint_activations
from acclimate.core.errors import Fault, Interrupted, UserError
from acclimate.core.events import Event, note, warn
from acclimate.core.examples import Batch, Examples
from acclimate.core.failpoint import fail_point
from acclimate.core.seeds import hash64
from acclimate.train.job import Job, Result
from acclimate.train.moved import check_moved, digests
from acclimate.train.optimizer import make_optimizer, trainable
from acclimate.train.passes import chunks, largest, passes, share_of
from acclimate.train.plan import make_plan
from acclimate.train.results import train_metrics
from acclimate.train.schedule import rate
from acclimate.train.signals import stop_on_signals
from acclimate.train.state import State

_EVERY = 500
"""Updates between two validations or checkpoints where the recipe says `steps` and no number."""


class Loop:
    """One training from its start, or from its newest checkpoint, to its end."""

    def __init__(self, job: Job) -> None:
        self.job, self.settings = job, job.settings
        if self.settings.threads:
            torch.set_num_threads(self.settings.threads)
        bf16 = self._precision()
        self.accelerator = accelerator(bf16=bf16, trackers=list(self.settings.report_to), logs=str(job.logs))
        self.plan = make_plan(self.settings, len(job.examples), self.accelerator.num_processes)
        self.peak_rate = self.settings.learning_rate or job.adapter.learning_rate
        if self.settings.gradient_checkpointing:
            checkpoint_activations(job.model)
        optimizer = make_optimizer(job.model, self.settings, self.peak_rate)
        self.state = State(start=digests(job.model))
        self._resume(optimizer)
        self.model, self.optimizer = self.accelerator.prepare(job.model, optimizer)
        self.main = self.accelerator.is_main_process
        if self.settings.report_to:
            self.accelerator.init_trackers("acclimate")

    def _precision(self) -> bool:
        """Say whether to train under bfloat16 autocast. DeBERTa v1 can't: its masks overflow there."""
        wanted = has_bf16() if self.settings.bf16 is None else self.settings.bf16
        if wanted and self.job.lm.model.config.model_type == "deberta":
            note(self.job.tell, "DeBERTa v1 overflows in bfloat16: trained in float32")
            return False
        return wanted

    def run(self) -> Result:
        """Train to the end (or to an early stop, or until the loss is no number) and say how it went."""
        began = time.perf_counter()
        already = self.state.seconds
        self.model.train()
        if self.settings.evaluates != "no" and self.plan.updates:
            self._validation()
        if self.state.step < self.plan.updates:
            self._try_longest()
        with stop_on_signals() as stop:
            while self.state.step < self.plan.updates and not self.state.over:
                self._update(self.state.step)
                self.state.seconds = already + time.perf_counter() - began
                self._after_update()
                fail_point("train.update")
                if stop:
                    self._save()
                    raise Interrupted(f"update {self.state.step} of {self.plan.updates}", self.job.resume_with)
        if not self.state.diverged:
            self._save()
        return self._finish()

    def _update(self, update: int) -> None:
        """Forward, backward, step: one update of the weights."""
        batches = share_of(self.job, self.plan.numbers(update), self.plan.epoch(update), self._rank, self._processes)
        labels = self._sum(sum(len(batch.labels_L) for batch in batches))
        loss = 0.0
        for number, batch in enumerate(batches):
            torch.manual_seed(hash64("dropout", self.settings.seed, update, number, self._rank))
            last = number == len(batches) - 1
            loss += self._backward(batch, labels, synchronise=last)
            fail_point("train.micro_batch")
        loss = self._sum(loss)
        norm = float(self.accelerator.clip_grad_norm_(self.model.parameters(), self.settings.max_grad_norm or math.inf))
        if not (math.isfinite(loss) and math.isfinite(norm)):
            self.state.diverged = True
            self.optimizer.zero_grad()
            line = {"loss": loss, "grad_norm": norm, "learning_rate": self._rate(update), "epoch": self._epochs()}
            self._track(self.state.log(line), self.state.step)
            what = f"the loss is {loss}, the gradient's norm {norm}"
            warn(self.job.tell, f"update {update + 1}: {what}; training stops, the last finite weights are kept")
            return
        for group in self.optimizer.param_groups:
            group["lr"] = self._rate(update)
        self.optimizer.step()
        if update < 3 or not self.state.with_gradient:
            self._note_gradients()
        self.job.adapter.after_update(self.job.model, update + 1)
        self.optimizer.zero_grad()
        self.state.step = update + 1
        self.state.count(loss, norm, self._sum(sum(batch.tokens for batch in batches)), labels)

    def _backward(self, batch: Batch, labels: float, *, synchronise: bool) -> float:
        """Run one batch forward and backward; give its share of the update's loss."""
        context = self.accelerator.no_sync(self.model) if not synchronise else _nothing()
        with context:
            logits_LV = self.job.runner.logits(self.model, batch)
            target_L = torch.as_tensor(batch.labels_L, device=logits_LV.device)
            loss = cross_entropy(logits_LV.float(), target_L, reduction="sum") / max(labels, 1.0)
            extra = self.job.adapter.extra_loss(self.job.model) if synchronise else None
            whole = loss * self._processes if extra is None else loss * self._processes + extra
            self.accelerator.backward(whole)
        return float(loss.detach())

    @torch.no_grad()
    def validate(self) -> float:
        """Give the mean loss a supervised token on validation, masks fixed (epoch 0), model in eval mode."""
        examples = self._validation()
        self.model.eval()
        total, labels = 0.0, 0
        for numbers in chunks(examples, self.settings.per_device_eval_batch_size):
            for batch in passes(self.job, examples, numbers, 0, 1):
                logits_LV = self.job.runner.logits(self.model, batch).float()
                total += float(
                    cross_entropy(logits_LV, torch.as_tensor(batch.labels_L, device=logits_LV.device), reduction="sum")
                )
                labels += len(batch.labels_L)
        self.model.train()
        return total / max(labels, 1)

    def _validation(self) -> Examples:
        examples = self.job.validation
        if examples is None or not len(examples):
            raise UserError(
                Fault("train.eval_strategy", "there is no validation data", "a split or a validation source", "add one")
            )
        return examples

    def _after_update(self) -> None:
        """Log, validate and save where they are due."""
        if self.state.diverged:
            return
        step, last = self.state.step, self.state.step == self.plan.updates
        self._progress()
        if step % self.settings.logging_steps == 0 or last:
            line = self.state.log_mean(learning_rate=self._rate(step - 1), epoch=self._epochs())
            self._track(line, step)
        if self._due(self.settings.evaluates, self.settings.eval_steps, step):
            self._evaluate(step)
        if self._due(self.settings.saves, self.settings.save_steps, step) and not last:
            self._save()

    def _evaluate(self, step: int) -> None:
        loss = self.validate()
        line = self.state.log({"eval_loss": loss, "epoch": self._epochs()})
        self._track(line, step)
        if self.state.improved(loss, step):
            if self.settings.load_best_model_at_end or self.settings.early_stopping_patience:
                self._save()
        elif self.settings.early_stopping_patience and self.state.waited >= self.settings.early_stopping_patience:
            self.state.stopped_early = True
            note(self.job.tell, f"stopped early: no gain on validation in {self.state.waited} measurements")

    def _due(self, strategy: str, every: int | None, step: int) -> bool:
        if strategy == "steps":
            return step % (every or _EVERY) == 0 or step == self.plan.updates
        return strategy == "epoch" and (step % self.plan.updates_per_epoch == 0 or step == self.plan.updates)

    def _save(self) -> None:
        """Write a checkpoint of this very update (once)."""
        if not self.main or self.state.step in (self.state.saved, 0):
            return
        self.state.saved = self.state.step
        data = self.state.as_json(self.plan, self.settings)
        place = self.job.checkpoints.save(self.job.model, self.optimizer.optimizer, data)
        best = f"checkpoint-{self.state.best_step}" if self.state.best_step else None
        self.job.checkpoints.prune(self.settings.save_total_limit, best, place.name)
        self.job.tell(Event("saved", f"{place.name} saved", {"step": self.state.step}))

    def _resume(self, optimizer: Any) -> None:
        if not self.settings.resume_from_checkpoint:
            return
        place, skipped = self.job.checkpoints.newest()
        for name in skipped:
            warn(self.job.tell, f"{name} is incomplete or of another run; it was skipped")
        if place is None:
            return
        data = self.job.checkpoints.load(place, self.job.model, optimizer)
        self.state.restore(data)
        here, there = bits_depend_on(), data["bits_depend_on"]
        if here["threads"] != there["threads"]:
            torch.set_num_threads(there["threads"])
        differs = {key: (there[key], here[key]) for key in here if key != "threads" and here[key] != there.get(key)}
        exact = "bit for bit" if not differs and data["max_steps"] == self.plan.updates else "not bitwise"
        why = f" ({differs})" if differs else "" if exact == "bit for bit" else " (the number of updates was changed)"
        note(self.job.tell, f"going on from {place.name}, {exact}{why}")

    def _try_longest(self) -> None:
        """Run the batch with the most tokens forward and backward, and drop its gradients: memory is known at once."""
        batch = largest(self.job, self.plan, self._rank, self._processes)
        try:
            self._backward(batch, 1.0, synchronise=True)
        except (RuntimeError, MemoryError) as error:
            if isinstance(error, RuntimeError) and "memory" not in str(error).lower():
                raise
            allowed = "fewer documents a pass, shorter ones, gradient_checkpointing: true, or adapter: lora"
            raise UserError(
                Fault("train", "the longest batch does not fit in memory", allowed, "change one of them")
            ) from None
        self.optimizer.zero_grad()

    def _finish(self) -> Result:
        if self.settings.report_to:
            self.accelerator.end_training()
        if self.state.step > 3 and not self.state.diverged:
            check_moved(self.job.model, self.state.start, self.state.with_gradient)
        if self.settings.load_best_model_at_end and self.state.best_step and self.state.best_step != self.state.step:
            self.job.checkpoints.load(self.job.checkpoints.place / f"checkpoint-{self.state.best_step}", self.job.model)
            note(self.job.tell, f"the model is that of update {self.state.best_step}, the best on validation")
        self.job.model.eval()
        self.accelerator.free_memory()
        return Result(
            self.state.step,
            self.plan.updates,
            self.state.history,
            train_metrics(self.state, self.plan, self.job),
            self.state.diverged,
            self.state.stopped_early,
            self.state.best_step,
        )

    def _note_gradients(self) -> None:
        for name, parameter in trainable(self.job.model).items():
            if parameter.grad is not None and bool(parameter.grad.any()) and self._rate(self.state.step) > 0:
                self.state.with_gradient.add(name)

    def _progress(self) -> None:
        done = self.state.step
        left = self.state.seconds / max(1, done) * (self.plan.updates - done)
        speed = self.state.tokens / max(self.state.seconds, 1e-9)
        data = {
            "step": done,
            "total": self.plan.updates,
            "loss": self.state.loss,
            "tokens_per_second": speed,
            "left": left,
        }
        self.job.tell(Event("progress", "", data))

    def _track(self, line: dict[str, Any], step: int) -> None:
        self.job.tell(Event("log", "", line))
        if self.settings.report_to:
            self.accelerator.log({key: value for key, value in line.items() if key != "step"}, step=step)

    def _rate(self, update: int) -> float:
        return self.peak_rate * rate(self.settings.lr_scheduler_type, update, self.plan.updates, self.plan.warmup)

    def _epochs(self) -> float:
        return round(self.state.step / self.plan.updates_per_epoch, 4)

    def _sum(self, value: float) -> float:
        """Add a number up over all processes."""
        if self._processes == 1:
            return value
        tensor = torch.tensor(value, dtype=torch.float64, device=self.accelerator.device)
        return float(self.accelerator.reduce(tensor, reduction="sum"))

    @property
    def _rank(self) -> int:
        return int(self.accelerator.process_index)

    @property
    def _processes(self) -> int:
        return int(self.accelerator.num_processes)


def _nothing() -> Any:
    from contextlib import nullcontext

    return nullcontext()
