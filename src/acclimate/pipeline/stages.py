"""The stages of a run, in order: what ARCHITECTURE.md's table and the run's folders are made from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """One stage. `folder` is its package and the name of its run folder; `network` says what it may reach."""

    folder: str
    takes: str
    gives: str
    network: str = "none"


STAGES = (
    Stage("sources", "a spec", "rows", "remote paths that the recipe names; the Hub, for `name: hub`"),
    Stage("prepare", "rows", "rows: joined, tagged, cleaned, split; every drop counted"),
    Stage("tokens", "rows", "examples (flat arrays, memory-mapped) and batches"),
    Stage("masking", "units of a document", "which tokens are hidden"),
    Stage("objective", "documents", "inputs and labels; which head"),
    Stage("model", "a name", "model and tokenizer, new rows", "the Hub, for a Hub id"),
    Stage("adapter", "a model", "a model with few trainable weights"),
    Stage("train", "model and examples", "a trained model, checkpoints"),
    Stage(
        "evaluate",
        "models and held-out rows",
        "scores before and after, the change with its interval",
        "the Hub, for the encoder that `semantic_similarity` names",
    ),
    Stage("report", "scores and ledgers", "report.html, Markdown, JSON, the model card"),
)

PER_PHASE = ("sources", "prepare", "tokens", "train")
AT_THE_END = ("evaluate", "report")


def folder_name(stage: str, phase: str, phases: list[str]) -> str:
    """Give the run folder of a stage, numbered in the order of the flow: 01-adapt-sources, ..., 05-evaluate, 06-report."""
    before = len(PER_PHASE)
    if stage in AT_THE_END:
        return f"{before * len(phases) + AT_THE_END.index(stage) + 1:02d}-{stage}"
    return f"{before * phases.index(phase) + PER_PHASE.index(stage) + 1:02d}-{phase}-{stage}"
