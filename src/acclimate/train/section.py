"""The recipe's `train` section: the ecosystem's names, defaults that do not wreck a model."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import Field, field_validator

from acclimate.compat.trackers import need_trackers
from acclimate.core.errors import Fault, UserError
from acclimate.core.events import Callback
from acclimate.core.extras import need_package
from acclimate.core.method import Family, Section, option
from acclimate.core.protocols import Objective, OptimizerMaker, Schedule
from acclimate.core.tasks import Rated

Tracker = Literal["tensorboard", "wandb", "mlflow", "trackio", "comet_ml", "aim", "clearml", "dvclive", "swanlab"]
_Metric = Literal[
    "eval_loss", "eval_accuracy", "eval_token_accuracy", "eval_entity_f1", "eval_macro_f1", "eval_micro_f1"
]


class Train(Section):
    """How weights are moved. Names are those of transformers' TrainingArguments.

    An update is always per_device_train_batch_size x gradient_accumulation_steps x processes documents.
    """

    learning_rate: float | None = option(None, "peak learning rate (default: the adapter's)", unit="per update", gt=0)
    optim: Annotated[OptimizerMaker, Family("optim")] = option("adamw", "what turns gradients into steps")
    lr_scheduler_type: Annotated[Schedule, Family("lr_scheduler_type")] = option(
        "linear", "course of the learning rate after the warm-up"
    )
    warmup_steps: float = option(
        0.06, "updates of warm-up; below 1: their share of all updates", unit="updates or share", ge=0
    )
    num_train_epochs: float = option(3.0, "passes over the training documents", unit="epochs", gt=0, le=100_000)
    max_steps: int | None = option(None, "updates; wins over num_train_epochs; 0: none", unit="updates", ge=0)
    per_device_train_batch_size: Annotated[int, Field(ge=1, le=1_000_000)] | Literal["auto"] = option(
        8, "documents of a forward pass; auto: as many as fit into batch_tokens", unit="documents"
    )
    gradient_accumulation_steps: int = option(1, "forward passes of an update", unit="passes", ge=1, le=1_000_000)
    per_device_eval_batch_size: int = option(
        16, "documents of a forward pass in validation", unit="documents", ge=1, le=1_000_000
    )
    weight_decay: float = option(
        0.0, "decoupled decay of matrices (not of biases and norms)", unit="per update", ge=0, le=1
    )
    adam_beta1: float = option(0.9, "decay of AdamW's first moment", unit="share", ge=0, lt=1)
    adam_beta2: float = option(0.999, "decay of AdamW's second moment", unit="share", ge=0, lt=1)
    adam_epsilon: float = option(1e-8, "AdamW's epsilon", unit="gradient", gt=0, lt=1)
    max_grad_norm: float = option(1.0, "clip the gradient's global norm to this; 0: never", unit="gradient norm", ge=0)
    loss_spike_factor: float | None = option(
        None, "leave out an update whose loss is above this many times the median of the last 50", unit="times", gt=1
    )
    gradient_checkpointing: bool = option(
        False, "recompute activations in the backward pass: less memory, a third slower"
    )
    bf16: bool | None = option(None, "bfloat16 autocast over float32 weights (default: where the hardware has it)")
    logging_steps: int = option(10, "updates between two lines of the log", unit="updates", ge=1)
    eval_strategy: Literal["no", "steps", "epoch"] | None = option(
        None, "when to measure validation (default: steps if eval_steps)"
    )
    eval_steps: int | None = option(None, "updates between two validations (default: 500)", unit="updates", ge=1)
    save_strategy: Literal["no", "steps", "epoch"] | None = option(
        None, "when to write a checkpoint (default: steps if save_steps)"
    )
    save_steps: int | None = option(None, "updates between two checkpoints (default: 500)", unit="updates", ge=1)
    save_total_limit: int | None = option(
        2, "checkpoints kept; the best and the newest always are", unit="checkpoints", ge=1
    )
    early_stopping_patience: int | None = option(
        None, "stop after this many validations without a gain", unit="validations", ge=1
    )
    load_best_model_at_end: bool = option(False, "give the state that was best on validation (step 0 is never best)")
    metric_for_best_model: _Metric = option(
        "eval_loss",
        "what says which is best: the loss, the accuracy (classify) or that of tokens (tag, sft), F1 of entities (tag) or of labels"
        " (classify: macro of one, micro of several)",
    )
    seed: int = option(42, "of data order, masks and dropout", unit="seed", ge=0)
    threads: int | None = option(None, "threads of torch (default: as many as there are)", unit="threads", ge=1)
    resume_from_checkpoint: bool = option(True, "go on from the newest complete checkpoint of this folder")
    report_to: tuple[Tracker, ...] = option((), "trackers to tell; none unless named")
    callbacks: tuple[Annotated[Callback, Family("callback")], ...] = option(
        (), "code of your own that is told what happens: path/to/file.py:Name (docs/own_code.md; wants --allow-code)"
    )
    logging_dir: str | None = option(None, "where trackers write (default: logs/ in the phase's train folder)")

    @field_validator("metric_for_best_model", mode="before")
    @classmethod
    def _with_its_data(cls, value: Any) -> Any:
        """Transformers takes `loss` for `eval_loss`, and so on."""
        return f"eval_{value}" if f"eval_{value}" in get_args(_Metric) else value

    @field_validator("report_to", mode="before")
    @classmethod
    def _one_or_none(cls, value: Any) -> Any:
        """Transformers takes a single name, and `none`."""
        return () if value in ("none", ["none"]) else (value,) if isinstance(value, str) else value

    def check(self, where: str) -> None:
        """Raise UserError for a tracker or an optimiser whose library is not here."""
        need_trackers(self.report_to, f"{where}.report_to")
        if self.optim.package:
            need_package(self.optim.package, "optimizers", f"{where}.optim")

    def need_metric(self, objective: Objective, where: str) -> None:
        """Raise UserError if what is to say which state is best is not measured for this objective."""
        named = [objective.accuracy, *(objective.rates if isinstance(objective, Rated) else ())]
        measured = ["eval_loss", *(f"eval_{name}" for name in named if name)]
        if self.metric_for_best_model not in measured:
            found = f"{self.metric_for_best_model} is not measured for this objective"
            raise UserError(Fault(f"{where}.metric_for_best_model", found, ", ".join(measured), "name one of them"))

    @property
    def evaluates(self) -> str:
        """When validation is measured: no, steps or epoch."""
        if self.eval_strategy:
            return self.eval_strategy
        if self.eval_steps:
            return "steps"
        needed = self.early_stopping_patience or self.load_best_model_at_end or self.lr_scheduler_type.validates
        return "epoch" if needed else "no"

    @property
    def saves(self) -> str:
        """When checkpoints are written beside the last one: no, steps or epoch."""
        return self.save_strategy or ("steps" if self.save_steps else "no")
