"""Proof -> README.md of the model's folder: a Hugging Face model card. Aggregates only, and nothing of this machine."""

from __future__ import annotations

import re
from typing import Any

import yaml

from acclimate.core.proof import Proof
from acclimate.report import facts, score_table
from acclimate.report.card_uses import use_of
from acclimate.report.formats import count
from acclimate.report.markdown import fenced, listed, plain, results
from acclimate.report.score_table import ROLES
from acclimate.report.shareable import shareable

_HUB_ID = re.compile(r"[\w.-]+(/[\w.-]+)?")


def render_card(proof: Proof) -> str:
    """Give the model card."""
    proof = shareable(proof)
    parts = [
        f"---\n{yaml.safe_dump(metadata(proof), sort_keys=False, allow_unicode=True)}---",
        f"# {plain(proof.name)}",
        f"{plain(_base(proof))}, adapted to a domain with acclimate. {plain(proof.verdict.sentence)}",
        listed([f"Note: {caveat}" for caveat in proof.caveats]),
        _intended(proof),
        _adapted_on(proof),
        results(proof),
        plain(" ".join(proof.generation.sentences)),
        plain(proof.retention),
        _loading(proof),
        _limits(proof),
        _training(proof),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def metadata(proof: Proof) -> dict[str, Any]:
    """Give the card's front matter; `base_model` only where the base can be found on the Hub."""
    use = use_of(proof)
    head: dict[str, Any] = {"library_name": "transformers"}
    if _HUB_ID.fullmatch(proof.model.hub_id):
        head["base_model"] = proof.model.hub_id
    if use:
        head["pipeline_tag"] = use.tag
    how = "fine-tuned" if use and use.task else "continued-pretraining"
    return {**head, "tags": ["acclimate", "domain-adaptation", how]}


def _base(proof: Proof) -> str:
    """Name the base: a folder by its last part, for where it lay is nobody's business."""
    name = proof.model.hub_id or proof.model.base
    is_place = not proof.model.hub_id and bool(re.search(r"^[.~]|[\\/]|^[A-Za-z]:\\", name))
    return re.split(r"[\\/]", name.rstrip("\\/"))[-1] if is_place else name


def _intended(proof: Proof) -> str:
    use = use_of(proof)
    does = f"A language model that {use.does}. " if use else ""
    start = (
        ""
        if use and use.task
        else ": to be used as it is, or as the start of a model for a task (classifying, tagging, answering)"
    )
    return (
        f"## Intended use\n\n{does}It is meant for text of the domain it was adapted to{start}. It gives no advice and takes no "
        "decision about people; whoever builds on it tests it for their own use."
    )


def _adapted_on(proof: Proof) -> str:
    told = [
        f"{ROLES.get(one.role, one.role)}: {facts.data_sentence(one)}" for one in proof.data if one.role != "general"
    ]
    if not told:
        return ""
    rule = f"\n\n{plain(proof.split)}" if proof.split else ""
    return f"## What it was adapted on\n\nAggregates only; the data are not published with the model.\n\n{listed(told)}{rule}"


def _loading(proof: Proof) -> str:
    use = use_of(proof)
    if use is None:
        return ""
    note = f"\n\n{use.note}" if use.note else ""
    return f"## How to load it\n\n{fenced(use.code, 'python')}{note}"


def _limits(proof: Proof) -> str:
    test = proof.role("test")
    measured = (
        f"Measured on {count(test.groups, 'group')} held out from the same source as the training data"
        if (test and test.groups)
        else "Measured on rows held out from the same source as the training data"
    )
    row = score_table.headline(proof)
    better = proof.verdict.verdict == "better" and row is not None
    return "## Limits\n\n" + listed(
        [
            *([] if better else [f"The proof does not say that it is better than its base: {proof.verdict.verdict}."]),
            f"{measured}; other places, times and ways of writing were not tested.",
            "It may repeat passages of its training data. Treat it as confidentially as those data.",
            "It has the base's faults and biases, and its licence applies.",
        ]
    )


def _training(proof: Proof) -> str:
    left_out = {"Base"}
    told = [f"{label}: {value}" for label, value in facts.model_facts(proof) if label not in left_out]
    updates = proof.cost.updates
    origin = [f"Updates: {count(updates)}"] if updates is not None else []
    origin += [
        f"{label}: {value}"
        for label, value in facts.provenance_facts(proof)
        if label in {"acclimate", "Recipe", "Libraries"}
    ]
    return f"## How it was made\n\n{listed(told + origin)}"
