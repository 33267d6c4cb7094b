"""The loss on validation rows, how often the most probable answer is right, and a task's rates."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from acclimate.core.errors import Fault, UserError
from acclimate.core.examples import Examples
from acclimate.core.tasks import Rated
from acclimate.train.job import Job
from acclimate.train.passes import chunks, passes


@torch.no_grad()
def validated(job: Job, model: Any) -> dict[str, float]:
    """Give `eval_loss`, where the objective counts it `eval_accuracy` or `eval_token_accuracy`, and a task's rates
    (`eval_entity_f1`, `eval_macro_f1`, ...).

    The loss is the mean a supervised token, the accuracy the share of labels that the most probable answer hits; masks
    fixed (epoch 0), model in eval mode.
    """
    examples = need_validation(job)
    model.eval()
    accuracy = job.objective.accuracy
    total, labels, right, counted = 0.0, 0.0, 0, 0
    rated = job.objective if isinstance(job.objective, Rated) and job.objective.rates else None
    answers: list[tuple[Any, Any, Any]] = []
    documents = 0
    for numbers in chunks(examples, job.settings.per_device_eval_batch_size):
        for batch in passes(job, examples, numbers, 0, 1):
            logits_LV = job.runner.logits(model, batch).float()
            target_L = torch.as_tensor(batch.labels_L, device=logits_LV.device)
            total += float(job.objective.loss(logits_LV, target_L))
            labels += job.objective.weight(batch.labels_L)
            counted += len(target_L)
            right += hits(logits_LV, target_L) if accuracy else 0
            if rated is not None:
                answers.append((logits_LV.cpu().numpy(), batch.labels_L, batch.document_L + documents))
                documents += batch.documents
    model.train()
    found = {"eval_loss": total / (labels or 1.0)}
    if accuracy:
        found[f"eval_{accuracy}"] = right / (counted or 1)
    if rated is not None:
        rates = rated.rate(*(np.concatenate(some) for some in zip(*answers, strict=True)))
        found |= {f"eval_{name}": value for name, value in rates.items()}
    return found


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
