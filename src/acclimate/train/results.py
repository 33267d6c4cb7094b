"""train_results.json and its neighbours, with the keys that transformers' Trainer writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from acclimate.train.job import Job
    from acclimate.train.plan import Plan
    from acclimate.train.state import State


def train_metrics(state: State, plan: Plan, job: Job) -> dict[str, Any]:
    """Give the metrics of a training. Units: seconds, documents or updates a second, floating-point operations.

    total_flos = 6 x parameters (without embeddings) x tokens (Kaplan et al. 2020).
    """
    embedding = job.lm.model.get_input_embeddings().weight
    parameters = sum(weight.numel() for weight in job.lm.model.parameters()) - embedding.numel()
    seconds = max(state.seconds, 1e-9)
    return {
        "train_runtime": round(state.seconds, 4),
        "train_samples": plan.documents,
        "train_samples_per_second": round(plan.seen(state.step) / seconds, 3),
        "train_steps_per_second": round(state.step / seconds, 3),
        "total_flos": float(6 * parameters * state.tokens),
        "train_loss": state.documents_loss / state.step if state.step else None,
        "train_tokens": int(state.tokens),
        "train_learnt_share": round(state.labels / state.tokens, 6) if state.tokens else None,
        "train_tokens_per_second": round(state.tokens / seconds, 1),
        "train_skipped_updates": len(state.spikes),
        "epoch": round(plan.epochs(state.step), 4),
    }
