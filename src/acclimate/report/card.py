"""Proof -> README.md of the model's folder: a Hugging Face model card. Aggregates only, and nothing of this machine."""

from __future__ import annotations

import re
from typing import Any

import yaml

from acclimate.core.proof import Proof
from acclimate.report import facts, score_table
from acclimate.report.formats import count
from acclimate.report.markdown import fenced, listed, plain, results
from acclimate.report.score_table import ROLES
from acclimate.report.shareable import shareable

_KINDS = {
    "encoder": ("fill-mask", "AutoModelForMaskedLM", "fills hidden words in, and gives representations of text"),
    "decoder": ("text-generation", "AutoModelForCausalLM", "goes on with a text, a piece at a time"),
}
_PLACE = "path/to/this/folder"
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
    kind = _KINDS.get(proof.model.kind)
    head: dict[str, Any] = {"library_name": "transformers"}
    if _HUB_ID.fullmatch(proof.model.hub_id):
        head["base_model"] = proof.model.hub_id
    if kind:
        head["pipeline_tag"] = kind[0]
    return {**head, "tags": ["acclimate", "domain-adaptation", "continued-pretraining"]}


def _base(proof: Proof) -> str:
    """Name the base: a folder by its last part, for where it lay is nobody's business."""
    name = proof.model.hub_id or proof.model.base
    is_place = not proof.model.hub_id and bool(re.search(r"^[.~]|[\\/]|^[A-Za-z]:\\", name))
    return re.split(r"[\\/]", name.rstrip("\\/"))[-1] if is_place else name


def _intended(proof: Proof) -> str:
    kind = _KINDS.get(proof.model.kind)
    does = f"A language model that {kind[2]}. " if kind else ""
    return (
        f"## Intended use\n\n{does}It is meant for text of the domain it was adapted to: to be used as it is, or as the "
        "start of a model for a task (classifying, tagging, answering). It gives no advice and takes no decision about "
        "people; whoever builds on it tests it for their own use."
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
    kind = _KINDS.get(proof.model.kind)
    if kind is None:
        return ""
    task, auto_class, _ = kind
    use = (
        'fill(f"The answer is {fill.tokenizer.mask_token}.")'
        if task == "fill-mask"
        else 'write("The", max_new_tokens=40)'
    )
    code = (
        f"from transformers import {auto_class}, AutoTokenizer, pipeline\n\n"
        f'tokenizer = AutoTokenizer.from_pretrained("{_PLACE}")\n'
        f'model = {auto_class}.from_pretrained("{_PLACE}")\n\n'
        f'{use.partition("(")[0]} = pipeline("{task}", model=model, tokenizer=tokenizer)\n'
        f"{use}"
    )
    return f"## How to load it\n\n{fenced(code, 'python')}"


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
