"""What stands beside the scores: test set, model, cost, provenance, each as pairs of a label and a value in words."""

from __future__ import annotations

import math
from collections.abc import Callable

from acclimate.core.proof import DataFacts, Proof
from acclimate.report.formats import count, duration, moment, number, percent, size
from acclimate.report.score_table import ROLES, find

Facts = list[tuple[str, str]]


def _given(facts: Facts) -> Facts:
    return [(label, value) for label, value in facts if value]


def sentence_on_test_set(proof: Proof) -> str:
    """Say what the test set is: groups, rows, tokens."""
    facts = proof.role("test")
    return data_sentence(facts) if facts else ""


def data_sentence(facts: DataFacts) -> str:
    """Say how much there is of one role."""
    groups = f"{count(facts.groups, 'group')} ({facts.group_column or 'rows'})" if facts.groups else ""
    tokens = count(facts.tokens, "token") if facts.tokens else ""
    return ", ".join(part for part in (groups, count(facts.rows, "row"), tokens) if part)


def floor_sentence(proof: Proof) -> str:
    """Say what the possible gain is measured against, if a floor is known."""
    name = "bits_per_byte"
    base, floor = find(proof, "before", "test", name), find(proof, "floor", "test", name)
    if proof.floor_share is None or base is None or floor is None:
        return ""
    end = number(floor.value, scale=base.value)
    return f"of the way from the base to {end} {floor.unit}, the best that anyone could reach on these data"


def model_facts(proof: Proof) -> Facts:
    """Say what was adapted and how."""
    model = proof.model
    share = f" ({percent(model.trainable / model.parameters)} of all)" if model.parameters else ""
    return _given(
        [
            ("Base", model.base),
            ("Kind", model.kind),
            ("Weights", count(model.parameters) if model.parameters else ""),
            ("Trained", f"{count(model.trainable)}{share}" if model.trainable else ""),
            ("Adapter", model.adapter),
            ("New tokens", count(model.new_tokens) if model.new_tokens else ""),
        ]
    )


def cost_facts(proof: Proof) -> Facts:
    """Say what the run took."""
    cost = proof.cost
    speed = cost.tokens_per_second
    return _given(
        [
            ("Whole run", _time(cost.total_seconds)),
            ("Training alone", _time(cost.train_seconds)),
            ("Updates", count(cost.updates) if cost.updates is not None else ""),
            ("Speed", f"{number(speed)} tokens/s" if speed is not None and math.isfinite(speed) else ""),
            ("Peak memory", size(cost.peak_memory_bytes) if cost.peak_memory_bytes else ""),
            ("Device", cost.device),
            ("Threads", count(cost.threads) if cost.threads else ""),
        ]
    )


def _time(seconds: float | None) -> str:
    return duration(seconds) if seconds is not None and math.isfinite(seconds) else ""


def provenance_facts(proof: Proof) -> Facts:
    """Say what it takes to do the same again."""
    origin = proof.provenance
    return _given(
        [
            ("Made", moment(proof.created)),
            ("acclimate", origin.acclimate),
            ("Recipe", origin.recipe_fingerprint),
            ("Seeds", ", ".join(f"{name} {seed}" for name, seed in origin.seeds.items())),
            ("Libraries", ", ".join(f"{name} {version}" for name, version in origin.versions.items())),
        ]
    )


def data_table(proof: Proof) -> tuple[list[str], list[list[str]]]:
    """Give heads and rows of the table of roles; columns that no role has are left out."""
    columns: dict[str, Callable[[DataFacts], str]] = {
        "Part": lambda facts: ROLES.get(facts.role, facts.role),
        "Groups": lambda facts: f"{_some(facts.groups)} {facts.group_column}".strip() if facts.groups else "",
        "Rows": lambda facts: _some(facts.rows),
        "Documents": lambda facts: _some(facts.documents),
        "Tokens": lambda facts: _some(facts.tokens),
    }
    table = {head: [cell(facts) for facts in proof.data] for head, cell in columns.items()}
    heads = [head for head, cells in table.items() if any(cells)]
    return heads, [[table[head][place] for head in heads] for place in range(len(proof.data))]


def _some(value: int | None) -> str:
    return "" if value is None else count(value)
