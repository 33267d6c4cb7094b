"""The loss on validation rows."""

from __future__ import annotations

from typing import Any

import torch

from acclimate.core.errors import Fault, UserError
from acclimate.core.examples import Examples
from acclimate.train.job import Job
from acclimate.train.passes import chunks, passes


@torch.no_grad()
def validation_loss(job: Job, model: Any) -> float:
    """Give the mean loss a supervised token on validation, masks fixed (epoch 0), model in eval mode."""
    examples = need_validation(job)
    model.eval()
    total, labels = 0.0, 0.0
    for numbers in chunks(examples, job.settings.per_device_eval_batch_size):
        for batch in passes(job, examples, numbers, 0, 1):
            logits_LV = job.runner.logits(model, batch).float()
            target_L = torch.as_tensor(batch.labels_L, device=logits_LV.device)
            total += float(job.objective.loss(logits_LV, target_L))
            labels += job.objective.weight(batch.labels_L)
    model.train()
    return total / (labels or 1.0)


def need_validation(job: Job) -> Examples:
    """Give the validation examples. Raises: UserError if there are none."""
    if job.validation is None or not len(job.validation):
        raise UserError(
            Fault("train.eval_strategy", "there is no validation data", "a split or a validation source", "add one")
        )
    return job.validation
