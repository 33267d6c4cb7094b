"""What of a proof may be shared: no examples, no secrets, no home directories (promises 22 and 23)."""

from __future__ import annotations

from acclimate.core.proof import Proof
from acclimate.report.redact import redact_all, redact_yaml


def shareable(proof: Proof) -> Proof:
    """Give the proof without examples, every text redacted. Each report that may be shared begins here."""
    return Proof.from_json({**redact_all(proof.to_json()), "recipe": redact_yaml(proof.recipe)})


def redacted(proof: Proof) -> Proof:
    """Give the proof with all its terms, and its examples and answers, which stay as they are; every other text is redacted."""
    clean, everything = shareable(proof), proof.to_json(private=True)
    private = {"examples": everything["examples"], "terms": redact_all(everything["terms"])}
    private["generation"] = {**clean.to_json()["generation"], "answers": everything["generation"]["answers"]}
    return Proof.from_json({**clean.to_json(private=True), **private})
