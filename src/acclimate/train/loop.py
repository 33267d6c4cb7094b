"""The loop: batches in, moved weights out. Averaged over the supervised tokens of the whole update, resumable bit for bit.

Loss of an update = sum over its supervised tokens of -ln p / their number, over all micro-batches and processes alike
(so padding, accumulation and several processes change nothing; promise 7).
"""

from __future__ import annotations

import math
import time
from contextlib import nullcontext
from typing import Any

import torch

from acclimate.compat.hardware import has_bf16
from acclimate.compat.on_cpu import quick
from acclimate.compat.processes import Processes, accelerator
from acclimate.compat.transformers.loading import checkpoint_activations
from acclimate.core.errors import Fault, Interrupted, UserError
from acclimate.core.events import Event, note, warn
from acclimate.core.examples import Batch
from acclimate.core.failpoint import fail_point
from acclimate.core.seeds import hash64
from acclimate.train.job import Job, Result
from acclimate.train.memory import foresee, relieve
from acclimate.train.moved import check_moved, digests
from acclimate.train.optimizer import make_optimizer, trainable
from acclimate.train.passes import largest, share_of
from acclimate.train.plan import plan_for
from acclimate.train.results import train_metrics
from acclimate.train.resume import resume
from acclimate.train.schedule import rate
from acclimate.train.signals import stop_on_signals
from acclimate.train.spikes import is_spike
from acclimate.train.state import State
from acclimate.train.validate import hits, need_validation, validated

_EVERY = 500
"""Updates between two validations or checkpoints where the recipe says `steps` and no number."""


class Loop:
    """One training from its start, or from its newest checkpoint, to its end."""

    def __init__(self, job: Job) -> None:
        self.job, self.settings = job, job.settings
        if self.settings.threads:
            torch.set_num_threads(self.settings.threads)
        bf16 = has_bf16() if self.settings.bf16 is None else self.settings.bf16
        self.accelerator = accelerator(bf16=bf16, trackers=list(self.settings.report_to), logs=str(job.logs))
        self.processes = Processes(self.accelerator)
        self.plan = plan_for(self.settings, job.examples, job.objective, self.processes.count, job.batch_tokens)
        self.peak_rate = self.settings.learning_rate or job.adapter.learning_rate
        if self.settings.gradient_checkpointing:
            checkpoint_activations(job.model)
        for text in job.adapter.prepare(job.model, self.plan.updates):
            note(job.tell, text)
            job.lm.notes.append(text)
        optimizer = make_optimizer(job.model, self.settings, self.peak_rate)
        self.accuracy = job.objective.accuracy
        self.too_much, self.relieved = 0, False
        self.state = State(start=digests(job.model))
        resume(job, self.plan, self.state, optimizer)
        self.model, self.optimizer = self.accelerator.prepare(job.model, optimizer)
        if self.settings.report_to:
            self.accelerator.init_trackers("acclimate")

    def run(self) -> Result:
        """Train to the end (or to an early stop, or until the loss is no number) and say how it went."""
        began = time.perf_counter()
        already = self.state.seconds
        self.model.train()
        if self.settings.evaluates != "no" and self.plan.updates:
            need_validation(self.job)
        if self.state.step < self.plan.updates:
            self._try_longest()
        with stop_on_signals() as stop:
            while self.state.step < self.plan.updates and not self.state.over:
                self._update(self.state.step)
                self.state.seconds = already + time.perf_counter() - began
                self._after_update()
                fail_point("train.update")
                if self.processes.any(stop.asked):
                    self._save()
                    self.accelerator.wait_for_everyone()
                    raise Interrupted(f"update {self.state.step} of {self.plan.updates}", self.job.resume_with)
        if not self.state.diverged:
            self._save()
        return self._finish()

    def _update(self, update: int) -> None:
        """Forward, backward, step: one update of the weights."""
        rank, processes = self.processes.rank, self.processes.count
        batches = share_of(self.job, self.plan.numbers(update), self.plan.epoch(update), rank, processes)
        labels = self.processes.sum(sum(self.job.objective.weight(batch.labels_L) for batch in batches))
        loss, right = 0.0, 0
        for number, batch in enumerate(batches):
            torch.manual_seed(hash64("dropout", self.settings.seed, update, number, rank))
            more, hits = self._backward(batch, labels, synchronise=number == len(batches) - 1)
            loss, right = loss + more, right + hits
            fail_point("train.micro_batch")
        loss = self.processes.sum(loss)
        norm = float(self.accelerator.clip_grad_norm_(self.model.parameters(), self.settings.max_grad_norm or math.inf))
        if not (math.isfinite(loss) and math.isfinite(norm)):
            self._diverge(update, loss, norm)
        else:
            self._step(update, loss)
            self.state.step = update + 1
            self.state.count(loss, norm, self.processes.sum(sum(batch.tokens for batch in batches)), labels)
            if self.accuracy:
                counted = self.processes.sum(sum(len(batch.labels_L) for batch in batches))
                self.state.right.append((self.processes.sum(right), counted))
        self.optimizer.zero_grad()

    def _backward(self, batch: Batch, labels: float, *, synchronise: bool) -> tuple[float, int]:
        """Run one batch forward and backward; give its share of the update's loss, and how many labels the model
        finds the most probable (0 where that is not counted).
        """
        with nullcontext() if synchronise else self.accelerator.no_sync(self.model), quick(self.model):
            logits_LV = self.job.runner.logits(self.model, batch)
            target_L = torch.as_tensor(batch.labels_L, device=logits_LV.device)
            right = hits(logits_LV, target_L) if self.accuracy else 0
            loss = self.job.objective.loss(logits_LV.float(), target_L) / (labels or 1.0)
            extra = self.job.adapter.extra_loss(self.job.model) if synchronise else None
            whole = loss * self.processes.count if extra is None else loss * self.processes.count + extra
            self.accelerator.backward(whole)
        return float(loss.detach()), right

    def _step(self, update: int, loss: float) -> None:
        """Move the weights, unless the loss is a spike that is to be left out."""
        if is_spike(loss, self.state.recent, self.settings.loss_spike_factor):
            self.state.spikes.append(update + 1)
            text = (
                f"update {update + 1}: the loss is {loss:.3g}, above {self.settings.loss_spike_factor} times the median"
            )
            warn(self.job.tell, f"{text}; it is left out")
            return
        for group in self.optimizer.param_groups:
            group["lr"] = self._rate(update)
        self.optimizer.step()
        if update < 3 or not self.state.with_gradient:
            self._note_gradients()
        self.job.adapter.after_update(self.job.model, update + 1)

    def _diverge(self, update: int, loss: float, norm: float) -> None:
        self.state.diverged = True
        line = {"loss": loss, "grad_norm": norm, "learning_rate": self._rate(update), "epoch": self._epochs()}
        self._track(self.state.log(line))
        what = f"the loss is {loss}, the gradient's norm {norm}"
        warn(self.job.tell, f"update {update + 1}: {what}; training stops, the last finite weights are kept")

    def validate(self) -> dict[str, float]:
        """Give the loss on validation, and the accuracy where it is counted."""
        return validated(self.job, self.model)

    def close(self) -> None:
        """Give the model its own forward back: the one that accelerate gave it would go on in bfloat16."""
        self.accelerator.unwrap_model(self.model, keep_fp32_wrapper=False)

    def _after_update(self) -> None:
        """Log, validate and save where they are due."""
        if self.state.diverged:
            return
        step, last = self.state.step, self.state.step == self.plan.updates
        self._progress()
        if step % self.settings.logging_steps == 0 or last:
            self._track(self.state.log_mean(self._rate(step - 1), self._epochs(), self.accuracy))
            self.relieved = self.relieved or relieve(self.too_much, self.job.tell)
        if self._due(self.settings.evaluates, self.settings.eval_steps):
            self._evaluate()
        if self._due(self.settings.saves, self.settings.save_steps) and not last:
            self._save()

    def _due(self, strategy: str, every: int | None) -> bool:
        step, last = self.state.step, self.state.step == self.plan.updates
        if strategy == "steps":
            return step % (every or _EVERY) == 0 or last
        return strategy == "epoch" and (self.plan.ends_epoch(step) or last)

    def _evaluate(self) -> None:
        line = self.state.log({**self.validate(), "epoch": self._epochs()})
        self._track(line)
        patience, metric = self.settings.early_stopping_patience, self.settings.metric_for_best_model
        if self.state.improved(line[metric], higher=metric != "eval_loss"):
            if self.settings.load_best_model_at_end or patience:
                self._save()
        elif patience and self.state.waited >= patience:
            self.state.stopped_early = True
            note(self.job.tell, f"stopped early: no gain on validation in {self.state.waited} measurements")

    def _save(self) -> None:
        """Write a checkpoint of this very update (once)."""
        if not self.accelerator.is_main_process or self.state.step in (self.state.saved, 0):
            return
        self.state.saved = self.state.step
        data = self.state.as_json(self.plan, self.settings)
        more = self.job.adapter.state(self.job.model)
        place = self.job.checkpoints.save(self.job.model, self.optimizer.optimizer, data, more)
        best = f"checkpoint-{self.state.best_step}" if self.state.best_step else None
        self.job.checkpoints.prune(self.settings.save_total_limit, best, place.name)
        self.job.tell(Event("saved", f"{place.name} saved", {"step": self.state.step}))

    def _try_longest(self) -> None:
        """Run the batch with the most tokens forward and backward, and drop its gradients: memory is known at once."""
        batch = largest(self.job, self.plan, self.processes.rank, self.processes.count)
        found = foresee(self.job.model, batch, self.settings)
        found.say(self.job.tell)
        self.too_much = found.too_much
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
            moved = self.state.with_gradient - self.job.adapter.set_back(self.job.model)
            check_moved(self.job.model, self.state.start, moved)
        if self.settings.load_best_model_at_end and self.state.best_step and self.state.best_step != self.state.step:
            self.accelerator.wait_for_everyone()
            best = self.job.checkpoints.place / f"checkpoint-{self.state.best_step}"
            self.job.checkpoints.load(best, self.job.model)
            self.job.adapter.restore(self.job.model, self.job.checkpoints.more(best))
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
        done, total = self.state.step, self.plan.updates
        data = {
            "step": done,
            "total": total,
            "loss": self.state.loss,
            "tokens_per_second": self.state.tokens / max(self.state.seconds, 1e-9),
            "left": self.state.seconds / max(1, done) * (total - done),
        }
        self.job.tell(Event("progress", "", data))

    def _track(self, line: dict[str, Any]) -> None:
        self.job.tell(Event("log", "", line))
        if self.settings.report_to:
            self.accelerator.log({key: value for key, value in line.items() if key != "step"}, step=self.state.step)

    def _rate(self, update: int) -> float:
        schedule = self.settings.lr_scheduler_type
        return self.peak_rate * rate(schedule, update, self.plan.updates, self.plan.warmup, self.state.eval_losses)

    def _epochs(self) -> float:
        return round(self.plan.epochs(self.state.step), 4)
