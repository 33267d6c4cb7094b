"""The loss on validation rows, and how often the most probable answer is right."""

from __future__ import annotations

from typing import Any

import torch

from acclimate.core.errors import Fault, UserError
from acclimate.core.examples import Examples
from acclimate.train.job import Job
from acclimate.train.passes import chunks, passes


@torch.no_grad()
def validated(job: Job, model: Any) -> dict[str, float]:
    """Give `eval_loss`, and `eval_accuracy` or `eval_token_accuracy` where the objective counts it.

    The loss is the mean a supervised token, the accuracy the share of labels that the most probable answer hits; masks
    fixed (epoch 0), model in eval mode.
    """
    examples = need_validation(job)
    model.eval()
    accuracy = job.objective.accuracy
    total, labels, right, counted = 0.0, 0.0, 0, 0
    for numbers in chunks(examples, job.settings.per_device_eval_batch_size):
        for batch in passes(job, examples, numbers, 0, 1):
            logits_LV = job.runner.logits(model, batch).float()
            target_L = torch.as_tensor(batch.labels_L, device=logits_LV.device)
            total += float(job.objective.loss(logits_LV, target_L))
            labels += job.objective.weight(batch.labels_L)
            counted += len(target_L)
            right += hits(logits_LV, target_L) if accuracy else 0
    model.train()
    found = {"eval_loss": total / (labels or 1.0)}
    return {**found, f"eval_{accuracy}": right / (counted or 1)} if accuracy else found


def hits(logits_LV: torch.Tensor, target_L: torch.Tensor) -> int:
    """Give how many labels are the most probable answer."""
    return int((logits_LV.detach().argmax(-1) == target_L).sum())


def need_validation(job: Job) -> Examples:
    """Give the validation examples. Raises: UserError if there are none."""
    if job.validation is None or not len(job.validation):
        raise UserError(
            Fault("train.eval_strategy", "there is no validation data", "a split or a validation source", "add one")
        )
    return job.validation
